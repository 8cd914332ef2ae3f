"""A multilayer perceptron on utterance features: two hidden layers on what the classical baselines read.

Reference: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 323, 1986.

Known: the network. Chosen: two hidden layers of 128 with ReLU and dropout, AdamW, classes of the same weight, the epoch
with the best validation value, and the library's open set of functionals. Reported numbers: not found for these
features.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

import pydantic
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.systems.baseline._trained import TrainedBaseline, TrainedConfig
from ai4er.systems.baseline._vectors import VectorConfig, Vectors
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card


class Config(TrainedConfig):
    """`hidden` are the widths of the hidden layers."""

    fallbacks: ClassVar[tuple[str, ...]] = VectorConfig.fallbacks

    inputs: dict[str, str] = {"features": "functionals"}
    hidden: tuple[int, ...] = pydantic.Field((128, 128), min_length=1)
    dropout: float = pydantic.Field(0.5, ge=0, lt=1)

    @classmethod
    def small(cls) -> Self:
        return cls(hidden=(32,), epochs=12)


class MultilayerPerceptron(TrainedBaseline[Config]):
    """Utterance features -> class logits or values."""

    config_class = Config
    card = Card(
        title="Learning representations by back-propagating errors", venue="Nature", year=1986,
        paper="doi 10.1038/323533a0", inputs=("any",), task="labels or values",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.vectors = Vectors(shapes, timed)
        widths = (self.vectors.size, *config.hidden)
        self.hidden = nn.Sequential(
            multilayer_perceptron(widths, nn.ReLU, config.dropout), nn.ReLU(), nn.Dropout(config.dropout)
        )
        self.output = nn.Linear(widths[-1], space.size)

    def measure(self, batches: Iterable[Batch]) -> None:
        self.vectors.measure(batches)

    def answer(self, batch: Batch) -> tuple[Tensor, Tensor]:
        vector = self.hidden(self.vectors(batch))
        return self.output(vector), vector
