"""Makes `ai4er-small` out of the lower layers of Whisper base.

    python -m benchmarks.train_small_encoder --data DIR

Needs `openai/whisper-base` in the Hugging Face cache (where no hub can be reached, benchmarks/import_whisper.py puts it
there). Writes src/ai4er/encoders/shipped/ai4er-small/ in half precision, and prints how far its states are from the
published ones. Some minutes of one core.

From the first to the last, layers are made narrower such that what is given changes least on what is heard:

- The second convolution, queries and keys become products of two layers: with W the weights and C the second moments of
  the inputs, the best approximation of W C^(1/2) of a rank, times C^(-1/2) (Chen et al., "DRONE: Data-aware Low-rank
  Compression for Large NLP Models", NeurIPS 2021).
- Behind attention some of the inner values are kept, one after the other that which explains most of what the published
  layer gives (orthogonal least squares, Chen et al., Int. J. Control 1989), and the weights behind them are fitted anew
  to it by least squares, which also makes up for what the layers before have lost (He et al., "Channel Pruning for
  Accelerating Very Deep Neural Networks", ICCV 2017).

At last every value of a state is put in units of its mean and deviation over the speech among it: in Whisper they lie
far from 0, which hides what differs from whatever learns from them.

What is heard has no labels: emovo, urdu, the noises of ESC-10, four of five files; the fifth measures. It never hears
emodb or ravdess.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch
from huggingface_hub import save_torch_state_dict
from torch import Tensor, nn

from ai4er.encoders import weights
from ai4er.encoders._readers import in_frames, levelled
from ai4er.encoders._small import HEADS, INNER, LAYERS, RANKS, RATE, SIZE, SpeechStates
from ai4er.features.media import load_audio
from ai4er.nn.whisper_encoder import WhisperEncoder, halving, linear

PLACE = Path("src/ai4er/encoders/shipped/ai4er-small")
SPEECH, NOISE, MEASURED, RIDGE = ("emovo", "urdu"), ("noise_esc10",), 5, 1e-6


def original() -> WhisperEncoder:
    """The lower layers as they are published."""
    network = WhisperEncoder(SIZE, HEADS, LAYERS)
    stored = weights("openai/whisper-base")
    network.load_state_dict({name: stored[f"model.encoder.{name}"] for name in network.state_dict()})
    return network.eval().requires_grad_(False)


def log_mels(data: Path, corpora: Sequence[str]) -> list[Tensor]:
    """What the network reads of every file, (1, frames, bands)."""
    states, made = SpeechStates(), []
    for file in (file for name in corpora for file in sorted((data / name).rglob("*.flac"))):
        samples = in_frames(levelled(load_audio(file, RATE)))
        made.append(states.log_mel(torch.from_numpy(samples)[None], torch.tensor([len(samples)])))
    return made


def given(network: WhisperEncoder, log_mel: Tensor) -> Tensor:
    """The states of one file, (frames, 1 + layers, size)."""
    return torch.stack(network(log_mel), dim=2)[0]


def read_by(network: WhisperEncoder, layer: nn.Module, sounds: Iterable[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """What the layer reads of every file, without the batch, and the states of the network."""
    read: list[Tensor] = []
    hook = layer.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0][0]))
    for log_mel in sounds:
        states = given(network, log_mel)
        yield read.pop(), states
    hook.remove()


def second_moments(rows: Iterable[Tensor]) -> Tensor:
    """The sum of products of all columns, (columns, columns), of matrices (frames, columns)."""
    total = torch.zeros((), dtype=torch.double)
    for values in rows:
        total = total + (values.T @ values).double()
    return total


def ridged(moment: Tensor) -> Tensor:
    return moment + RIDGE * moment.diagonal().mean() * torch.eye(len(moment), dtype=torch.double)


def product(weight: Tensor, moment: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Two matrices whose product is the best of that rank for such inputs, the one that reads them first."""
    root = torch.linalg.cholesky(ridged(moment))
    left, values, right = torch.linalg.svd(weight.double() @ root, full_matrices=False)
    scale = values[:rank].sqrt()
    first = torch.linalg.solve_triangular(root, right[:rank], upper=False, left=False)
    return (scale[:, None] * first).float(), (left[:, :rank] * scale).float()


def windows(values: Tensor) -> Tensor:
    """What a convolution over three steps to every second one reads, (steps / 2, 3 size), of (size, steps)."""
    return nn.functional.pad(values, (1, 1)).unfold(1, 3, 2).transpose(0, 1).flatten(1)


def narrow_convolution(network: WhisperEncoder, sounds: Sequence[Tensor]) -> None:
    old, new = network.conv2, halving(SIZE, RANKS["conv2"])
    moment = second_moments(windows(read) for read, _ in read_by(network, old, sounds))
    first, second = product(old.weight.flatten(1), moment, RANKS["conv2"])
    new[0].weight.data, new[1].weight.data, new[1].bias.data = first.unflatten(1, (-1, 3)), second[..., None], old.bias
    network.conv2 = new.requires_grad_(False)


def narrow_attention(network: WhisperEncoder, number: int, sounds: Sequence[Tensor]) -> None:
    attention = network.layers[number].self_attn
    moment = second_moments(read for read, _ in read_by(network, attention["v_proj"], sounds))
    for name in ("q_proj", "k_proj"):
        old, new = attention[name], linear(SIZE, SIZE, RANKS[name], attention[name].bias is not None)
        new[0].weight.data, new[1].weight.data = product(old.weight, moment, RANKS[name])
        if old.bias is not None:
            new[1].bias.data = old.bias
        attention[name] = new.requires_grad_(False)


def explaining(inner: Tensor, crossed: Tensor, number: int) -> list[int]:
    """The inner values that explain most: covariances (values, values), with what is to be explained (of, values)."""
    left, crossed = inner.diagonal().clone(), crossed.clone()
    floor, factors = RIDGE * left.mean(), torch.zeros(len(inner), number, dtype=torch.double)
    kept: list[int] = []
    for i in range(number):
        gain = crossed.square().sum(0) / (left + floor)
        gain[kept] = -1
        best = int(gain.argmax())
        factor = (inner[:, best] - factors[:, :i] @ factors[best, :i]) / (left[best] + floor).sqrt()
        crossed -= torch.outer(crossed[:, best] / (left[best] + floor).sqrt(), factor)
        left = (left - factor.square()).clamp(min=0)
        factors[:, i] = factor
        kept.append(best)
    return kept


def narrow_behind(network: WhisperEncoder, teacher: WhisperEncoder, number: int, sounds: Sequence[Tensor]) -> None:
    layer = network.layers[number]

    def rows() -> Iterator[Tensor]:
        """A one, the inner values, and what the layer should add to them, a row a frame."""
        for log_mel, (inner, states) in zip(sounds, read_by(network, layer.fc2, sounds)):
            wanted = given(teacher, log_mel)[:, number + 1] - states[:, number + 1] + layer.fc2(inner)
            yield torch.cat([torch.ones(len(inner), 1), inner, wanted], 1)

    total = second_moments(rows())
    means, moment = total[0] / total[0, 0], total / total[0, 0]
    covariance = moment - torch.outer(means, means)
    inner, wanted = slice(1, 1 + layer.fc1.out_features), slice(1 + layer.fc1.out_features, None)
    spread = covariance[wanted, wanted].diagonal().sqrt()
    kept = explaining(covariance[inner, inner], covariance[wanted, inner] / spread[:, None], INNER)
    own = covariance[inner, inner][kept][:, kept]
    fitted = torch.linalg.solve(ridged(own), covariance[inner, wanted][kept]).T
    first, second = nn.Linear(SIZE, INNER), nn.Linear(INNER, SIZE)
    first.weight.data, first.bias.data = layer.fc1.weight[kept], layer.fc1.bias[kept]
    second.weight.data = fitted.float()
    second.bias.data = (means[wanted] - fitted @ means[inner][kept]).float()
    layer.fc1, layer.fc2 = first.requires_grad_(False), second.requires_grad_(False)


def measure_units(states: SpeechStates, speech: Sequence[Tensor]) -> None:
    """Mean and deviation of every value of each state over all frames of speech."""
    found = torch.cat([given(states.encoder, log_mel) for log_mel in speech])
    for number, units in enumerate(states.units):
        x = found[:, number]
        units.measure([(x, torch.ones(len(x), dtype=torch.bool))])


def distances(network: WhisperEncoder, teacher: WhisperEncoder, sounds: Sequence[Tensor]) -> list[float]:
    """The mean square of what every state misses, in parts of the variance of each value, by state."""
    wanted, found = (torch.cat([given(one, log_mel) for log_mel in sounds]) for one in (teacher, network))
    return ((found - wanted).square().mean(0) / wanted.var(0)).mean(1).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    speech = log_mels(data, SPEECH)
    sounds = [*speech, *log_mels(data, NOISE)]
    learnt = [log_mel for i, log_mel in enumerate(sounds) if i % MEASURED]
    teacher = original()
    network = copy.deepcopy(teacher)
    narrow_convolution(network, learnt)
    for number in range(LAYERS):
        narrow_attention(network, number, learnt)
        narrow_behind(network, teacher, number, learnt)
    states = SpeechStates()
    states.encoder = network
    measure_units(states, speech)
    halves = {name: value.half().contiguous() for name, value in states.state_dict().items()}
    for file in PLACE.glob("*.safetensors*"):
        file.unlink()
    save_torch_state_dict(halves, PLACE, max_shard_size="3500KB", safe_serialization=True)
    for file in PLACE.glob("*.safetensors"):
        file.chmod(0o644)
    missed = distances(network, teacher, sounds[::MEASURED])
    print("missed of the states, in parts of their variance:", ", ".join(f"{value:.3f}" for value in missed))


if __name__ == "__main__":
    main()
