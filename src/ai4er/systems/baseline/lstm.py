"""A long short-term memory in both directions on the frames of an utterance; the mean of its states decides.

Reference: Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997; in the field since
Woellmer et al., "Abandoning Emotion Classes - Towards Continuous Emotion Recognition with Modelling of Long-Range
Dependencies", Interspeech 2008.

Known: the layer. Chosen: MFCC every 40 ms, which keeps the many steps of a processor few, one layer of 64 units a
direction, the mean over time, dropout, AdamW, classes of the same weight, and the epoch with the best validation value.
Reported numbers: not found for these features.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

import pydantic
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.pooling import masked_mean
from ai4er.systems.baseline._frames import FALLBACKS, Frames
from ai4er.systems.baseline._trained import TrainedBaseline, TrainedConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card

_SLOW_MFCC = "mfcc:sample_rate=16000,coefficients=20,n_fft=1024,hop=640,bands=40,normalise_level=true"


class Config(TrainedConfig):
    """`units` of each direction of every of the `layers`."""

    fallbacks: ClassVar[tuple[str, ...]] = FALLBACKS

    inputs: dict[str, str] = {"frames": _SLOW_MFCC}
    batch_size: int = pydantic.Field(64, ge=1)
    units: int = pydantic.Field(64, ge=1)
    layers: int = pydantic.Field(1, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(units=16, epochs=8, batch_size=8, learning_rate=5e-3)


class LongShortTermMemory(TrainedBaseline[Config]):
    """Frames -> class logits or values."""

    config_class = Config
    card = Card(
        title="Long Short-Term Memory", venue="Neural Computation", year=1997, paper="doi 10.1162/neco.1997.9.8.1735",
        inputs=("any",), task="labels or values",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.frames = Frames(self.slug(), shapes, timed)
        self.recurrence = BidirectionalLSTM(self.frames.size, config.units, config.layers)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(2 * config.units, space.size)

    def measure(self, batches: Iterable[Batch]) -> None:
        self.frames.measure(batches)

    def answer(self, batch: Batch) -> tuple[Tensor, Tensor]:
        frames = self.frames(batch)
        states = self.recurrence(frames.data, frames.lengths)
        vector = self.dropout(masked_mean(states, frames.mask))
        return self.output(vector), vector
