"""Makes `ai4er-small` out of the lower layers of Whisper base.

    python -m benchmarks.train_small_encoder --data DIR

Needs `openai/whisper-base` in the Hugging Face cache (where no hub can be reached, benchmarks/import_whisper.py puts it
there). Writes src/ai4er/encoders/shipped/ai4er-small/ in half precision.

Queries, keys and the two linear layers behind attention become products of two narrower layers, which change the
outputs least on what they hear: with W the weights and C the second moments of the inputs, the best approximation
of W C^(1/2) of a rank, times C^(-1/2) (Chen et al., "DRONE: Data-aware Low-rank Compression for Large NLP Models",
NeurIPS 2021). What is heard has no labels: emovo, urdu, the noises of ESC-10. It never hears emodb or ravdess.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import torch
from huggingface_hub import save_torch_state_dict
from torch import Tensor, nn

from ai4er.encoders import weights
from ai4er.encoders._readers import HOP, in_frames, levelled
from ai4er.encoders._small import HEADS, LAYERS, RATE, SIZE, SpeechStates
from ai4er.features.media import load_audio
from ai4er.nn.whisper_encoder import WhisperEncoder

PLACE = Path("src/ai4er/encoders/shipped/ai4er-small")
HEARD, RIDGE = ("emovo", "urdu", "noise_esc10"), 1e-6


def original() -> WhisperEncoder:
    """The lower layers as they are published."""
    network = WhisperEncoder(SIZE, HEADS, LAYERS)
    stored = weights("openai/whisper-base")
    network.load_state_dict({name: stored[f"model.encoder.{name}"] for name in network.state_dict()})
    return network.eval().requires_grad_(False)


def moments(teacher: WhisperEncoder, data: Path) -> dict[str, Tensor]:
    """The second moments of what every linear layer reads."""
    found: dict[str, Tensor] = defaultdict(lambda: torch.zeros(()))

    def listening(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def heard(_: nn.Module, read: tuple[Tensor, ...], __: Tensor) -> None:
            found[name] = found[name] + (read[0][0].T @ read[0][0]).double()

        return heard

    for name, layer in teacher.named_modules():
        if isinstance(layer, nn.Linear):
            layer.register_forward_hook(listening(name))
    states = SpeechStates()
    for file in (file for name in HEARD for file in sorted((data / name).rglob("*.flac"))):
        samples = in_frames(levelled(load_audio(file, RATE)))
        lengths = torch.tensor([len(samples)])
        teacher(states.log_mel(torch.from_numpy(samples)[None], lengths), lengths // HOP)
    return found


def narrow(weight: Tensor, moment: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Two matrices whose product is the best of that rank for such inputs."""
    root = torch.linalg.cholesky(moment + RIDGE * moment.diagonal().mean() * torch.eye(len(moment)))
    left, values, right = torch.linalg.svd(weight.double() @ root, full_matrices=False)
    scale = values[:rank].sqrt()
    second = torch.linalg.solve_triangular(root, right[:rank], upper=False, left=False)
    return (left[:, :rank] * scale).float(), (scale[:, None] * second).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    teacher, kept = original(), SpeechStates().encoder.state_dict()
    found = moments(teacher, parser.parse_args().data)
    for name, value in teacher.state_dict().items():
        layer = name.removesuffix(".weight")
        if name in kept:
            kept[name] = value
        elif name.endswith(".bias"):
            kept[f"{name.removesuffix('.bias')}.1.bias"] = value
        else:
            first, second = f"{layer}.1.weight", f"{layer}.0.weight"
            kept[first], kept[second] = narrow(value, found[layer], len(kept[second]))
    for file in PLACE.glob("*.safetensors*"):
        file.unlink()
    halves = {name: value.half().contiguous() for name, value in kept.items()}
    save_torch_state_dict(halves, PLACE, max_shard_size="3500KB", safe_serialization=True)
    for file in PLACE.glob("*.safetensors"):
        file.chmod(0o644)


if __name__ == "__main__":
    main()
