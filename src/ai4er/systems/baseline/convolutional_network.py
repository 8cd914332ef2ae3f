"""A convolutional network on the spectrogram of an utterance: small patterns of time and frequency, averaged over time.

Reference: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proceedings of
the IEEE 86(11), 1998; in the field since Mao et al., "Learning Salient Features for Speech Emotion Recognition Using
Convolutional Neural Networks", IEEE Transactions on Multimedia 16(8), 2014.

Known: convolutions, ReLU, maxima. Chosen: a log-mel spectrogram of 40 bands every 20 ms, three blocks of a 3 x 3
convolution, batch normalisation and a 2 x 2 maximum, the mean over time, dropout, AdamW, classes of the same weight,
and the epoch with the best validation value. Reported numbers: not found for these features.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

import pydantic
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.nn.convolutional_transformer import MaskedConvolutions
from ai4er.nn.pooling import masked_mean
from ai4er.systems.baseline._frames import FALLBACKS, LOG_MEL, Frames
from ai4er.systems.baseline._trained import TrainedBaseline, TrainedConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card


class Config(TrainedConfig):
    """`channels` of every block, each of which halves time and frequency."""

    fallbacks: ClassVar[tuple[str, ...]] = FALLBACKS

    inputs: dict[str, str] = {"frames": LOG_MEL}
    channels: tuple[int, ...] = pydantic.Field((16, 32, 64), min_length=1)

    @classmethod
    def small(cls) -> Self:
        return cls(channels=(4, 8), epochs=8, batch_size=8, learning_rate=5e-3)


class ConvolutionalNetwork(TrainedBaseline[Config]):
    """Spectrogram -> class logits or values."""

    config_class = Config
    card = Card(
        title="Gradient-based learning applied to document recognition", venue="Proceedings of the IEEE", year=1998,
        paper="doi 10.1109/5.726791", inputs=("any",), task="labels or values",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.frames = Frames(self.slug(), shapes, timed)
        self.convolutions = MaskedConvolutions(self.frames.size, config.channels)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(self.convolutions.size, space.size)

    def measure(self, batches: Iterable[Batch]) -> None:
        self.frames.measure(batches)

    def answer(self, batch: Batch) -> tuple[Tensor, Tensor]:
        frames = self.frames(batch)
        vector = self.dropout(masked_mean(*self.convolutions(frames.data, frames.mask)))
        return self.output(vector), vector
