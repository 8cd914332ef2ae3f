"""Takes the recurrent layers of a published speaker encoder over as the encoder `ai4er-small`.

    pip download --no-deps resemblyzer==0.1.4
    python -m benchmarks.import_speaker_encoder Resemblyzer-0.1.4-py3-none-any.whl

Writes src/ai4er/encoders/shipped/ai4er-small/model.safetensors in half precision. The pickle inside the wheel is read
for tensors only.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

PLACE = Path("src/ai4er/encoders/shipped/ai4er-small")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    with zipfile.ZipFile(parser.parse_args().wheel) as wheel:
        file = io.BytesIO(wheel.read("resemblyzer/pretrained.pt"))
    found = torch.load(file, map_location="cpu", weights_only=True)["model_state"]
    kept = {
        f"layers.{layer}.{name}_l0": found[f"lstm.{name}_l{layer}"].half()
        for layer in range(3)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    save_file(kept, PLACE / "model.safetensors")


if __name__ == "__main__":
    main()
