"""Two streams of cells, a spectrogram's and a speech network's, each supplemented by the other; for emotion_nas."""

from __future__ import annotations

from collections.abc import Mapping

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.architecture_search import OPERATIONS, CellStack, Genotype
from ai4er.nn.tiling import tile
from ai4er.systems.base import SystemConfig
from ai4er.systems.batch import Padded

STREAMS = ("spectrogram", "speech")


class StreamsConfig(SystemConfig):
    """The sizes of the sheet. `frames` is the fixed length of each input: 8 s of spectrogram, 12 s of speech frames."""

    frames: dict[str, int] = {"spectrogram": 727, "speech": 600}
    map_size: tuple[int, int] = (128, 128)
    operations: tuple[str, ...] = OPERATIONS
    search_cells: int = pydantic.Field(5, ge=3)
    search_channels: int = pydantic.Field(16, ge=1)
    cells: int = pydantic.Field(8, ge=3)
    channels: int = pydantic.Field(24, ge=1)
    path_dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    dim: int = pydantic.Field(128, ge=1)
    supplement: bool = True

    @pydantic.model_validator(mode="after")
    def _can_be_halved_twice(self) -> StreamsConfig:
        if set(self.frames) != set(STREAMS) or any(size % 4 for size in self.map_size) or self.frames["speech"] % 8:
            raise ValueError(
                f"map_size={self.map_size} must be multiples of 4, and frames={self.frames} name "
                f"{' and '.join(STREAMS)}, a multiple of 8 for the latter: reduction cells halve them twice"
            )
        if unknown := set(self.operations) - set(OPERATIONS):
            raise ValueError(f"operations has {', '.join(sorted(unknown))}; there are {', '.join(OPERATIONS)}")
        if not set(self.operations) - {"none"}:
            raise ValueError("operations must have another one than none")
        return self


class Stream(nn.Module):
    """Fixed size, stem (3 x 3 or 3, BN), cells, mean over all places, linear: a sequence -> (batch, dim).

    The spectrogram becomes a map by maxima, and frames of speech become half as many by means.
    """

    def __init__(self, name: str, config: StreamsConfig, features: int, genotype: Genotype | None) -> None:
        super().__init__()
        self.frames = config.frames[name]
        self.map_size = config.map_size if name == "spectrogram" else None
        count, channels = config.cells, config.channels
        if genotype is None:
            count, channels = config.search_cells, config.search_channels
        if name == "spectrogram":
            dims, stem = 2, nn.Sequential(nn.Conv2d(1, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        else:
            dims, stem = 1, nn.Sequential(
                nn.Conv1d(features, channels, 3, padding=1, bias=False), nn.BatchNorm1d(channels)
            )  # fmt: skip
        self.stem = stem
        self.stack = CellStack(channels, count, channels, dims, config.operations, genotype, config.path_dropout)
        self.projection = nn.Linear(self.stack.size, config.dim)

    def architecture(self) -> list[nn.Parameter]:
        """What the search learns of the architecture, alpha of both kinds of cells."""
        return [self.stack.normal, self.stack.reduction]

    def sized(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, frames, features), lengths (batch,) -> (batch, 1, height, width), or (batch, features, steps)."""
        x = tile(x, lengths, self.frames)
        if self.map_size is None:
            return functional.avg_pool1d(x.transpose(1, 2), 2)
        return functional.adaptive_max_pool2d(x.unsqueeze(1), self.map_size)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        z: Tensor = self.projection(self.stack(self.stem(self.sized(x, lengths))).flatten(2).mean(2))
        return z


class Supplement(nn.Module):
    """z' = z + sigmoid(W [z; o]) * V o, what the gate lets through of the other stream o.

    forward: z, other (batch, dim) -> (batch, dim).
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gate = nn.Linear(2 * dim, dim)
        self.value = nn.Linear(dim, dim, bias=False)

    def forward(self, z: Tensor, other: Tensor) -> Tensor:
        return z + self.gate(torch.cat([z, other], dim=1)).sigmoid() * self.value(other)


class TwoStreams(nn.Module):
    """Both streams, a linear head of each, the supplement of each by the other, and a linear head of both.

    Without genotypes they are supernets. forward: sequences by stream -> logits by head (`fused` and each stream),
    supplemented vectors (batch, 2 dim).
    """

    def __init__(
        self, config: StreamsConfig, shapes: Mapping[str, tuple[int, ...]], classes: int, genotypes: Mapping[str, str]
    ) -> None:
        super().__init__()
        cells = {name: Genotype.parse(genotypes[name]) if genotypes else None for name in STREAMS}
        self.streams = nn.ModuleDict({name: Stream(name, config, shapes[name][0], cells[name]) for name in STREAMS})
        self.heads = nn.ModuleDict({name: nn.Linear(config.dim, classes) for name in STREAMS})
        used = STREAMS if config.supplement else ()
        self.supplements = nn.ModuleDict({name: Supplement(config.dim) for name in used})
        self.classifier = nn.Linear(2 * config.dim, classes)

    def stream(self, name: str, sequence: Padded) -> tuple[Tensor, Tensor]:
        """The logits of one stream by itself, and its vector."""
        z = self.streams[name](sequence.data, sequence.lengths)
        return self.heads[name](z), z

    def forward(self, sequences: Mapping[str, Padded]) -> tuple[dict[str, Tensor], Tensor]:
        found = {name: self.stream(name, sequences[name]) for name in STREAMS}
        s, w = (found[name][1] for name in STREAMS)
        pairs = {"spectrogram": (s, w), "speech": (w, s)}
        both = torch.cat([self.supplements[n](*pairs[n]) if self.supplements else pairs[n][0] for n in STREAMS], dim=1)
        return {"fused": self.classifier(both), **{name: logits for name, (logits, _) in found.items()}}, both
