"""What the baselines on one vector an item have in common: its standardised features, and class labels as arrays."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.pooling import masked_mean
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded

SMALLEST = 1e-6
"""The least probability that a logit is made of."""
FARTHEST = 8.0
"""Deviations from the mean beyond which a feature says no more to a perceptron."""


class VectorConfig(SystemConfig):
    """Any front ends under any names: functionals, `teager_energy`, `text_vector`, `lexicon`, `array:name=...` ..."""

    fallbacks: ClassVar[tuple[str, ...]] = (
        "text_vector:encoder=minilm", "differential_entropy", "heart_rate_variability", "image",
    )  # fmt: skip

    inputs: dict[str, str] = {"features": "functionals"}

    @classmethod
    def small(cls) -> Self:
        return cls()


class Vectors(nn.Module):
    """Every input of a batch in one vector, in units of the training part's deviation: -> (items, features).

    An input with a time axis counts as its mean and its standard deviation over time; further axes are flattened.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], timed: Mapping[str, bool]) -> None:
        super().__init__()
        self.names = sorted(shapes)
        sizes = [int(torch.Size(shapes[name]).numel()) * (2 if timed[name] else 1) for name in self.names]
        self.standardise = Standardisation(sum(sizes))

    @property
    def size(self) -> int:
        """The number of features."""
        return len(self.standardise.mean)

    def forward(self, batch: Batch) -> Tensor:
        x: Tensor = self.standardise(self.raw(batch))
        return x

    def raw(self, batch: Batch) -> Tensor:
        """The features before standardisation, (items, features)."""
        return torch.cat([_vector(batch[name]) for name in self.names], dim=1)

    def measure(self, batches: Iterable[Batch]) -> Tensor:
        """Take mean and deviation from the training part; returns its vectors, (items, features)."""
        x = torch.cat([self.raw(batch) for batch in batches])
        self.standardise.measure([(x, torch.ones(len(x), dtype=torch.bool, device=x.device))])
        measured: Tensor = self.standardise(x)
        return measured


def _vector(x: Tensor | Padded) -> Tensor:
    if isinstance(x, Tensor):
        return x.flatten(1).float()
    frames = x.data.flatten(2).float()
    mean = masked_mean(frames, x.mask)
    return torch.cat([mean, masked_mean((frames - mean.unsqueeze(1)).square(), x.mask).sqrt()], dim=1)


def hidden_layer(inputs: int, hidden: int, input_dropout: float, dropout: float) -> nn.Sequential:
    """The hidden layer of a perceptron: (items, inputs) -> (items, hidden)."""
    return nn.Sequential(
        nn.Dropout(input_dropout), nn.Linear(inputs, hidden), nn.LayerNorm(hidden), nn.GELU(), nn.Dropout(dropout)
    )


C = TypeVar("C", bound=VectorConfig)


class VectorBaseline(System[C]):
    """One vector an item -> class logits. There are no parameters: `solve` fills buffers."""

    toy = "synthetic_speech"

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.vectors = Vectors(shapes, timed)

    def forward(self, batch: Batch) -> Outputs:
        x = self.vectors(batch)
        return Outputs(logits=self.logits(x), embedding=x)

    def solve(self, data: StageData) -> None:
        """Fit to the labelled training items. Raises `Ai4erError` where they are of one class."""
        labels = training_targets(data)
        need_two_classes(self.slug(), labels)
        self.learn(self.vectors.measure(labelled_batches(data)).cpu(), labels, data.seed)

    @abstractmethod
    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        """Fit to x (items, features) and labels (items,)."""

    @abstractmethod
    def logits(self, x: Tensor) -> Tensor:
        """x (items, features) -> (items, classes)."""


def labelled_batches(data: StageData, size: int = 256) -> Iterator[Batch]:
    """The batches of `labelled`."""
    items = labelled(data)
    for start in range(0, len(items), size):
        yield data.collate(items[start : start + size]).to(data.device)


def training_targets(data: StageData) -> Tensor:
    """The targets of the training items that have a label, in order: (items,) or (items, names)."""
    return torch.from_numpy(np.stack([np.asarray(item.target) for item in labelled(data)]))


def labelled(data: StageData) -> list[Item]:
    """The training items that have a label, in order."""
    return [item for item in data.items["train"] if item.target is not None]


def need_two_classes(slug: str, labels: Tensor) -> None:
    """Raise `Ai4erError` where the labels (items,) of the training part are all the same."""
    if len(labels.unique()) < 2:
        raise Ai4erError(f"{slug} needs training data of two classes or more, and there is one only")


def logarithms(probabilities: Tensor) -> Tensor:
    """Logits whose softmax is these probabilities, none of them less than a millionth."""
    return probabilities.clamp(min=SMALLEST).log()
