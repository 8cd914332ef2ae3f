"""Convolutions on the spectrogram, a recurrent layer over what they find, and attention to the frames that tell.

Reference: Chen, He, Yang and Zhang, "3-D Convolutional Recurrent Neural Networks With Attention Model for Speech
Emotion Recognition", IEEE Signal Processing Letters 25(10), 2018.

Known: convolutions, a bidirectional LSTM, attention pooling, softmax. Chosen: a log-mel spectrogram of 40 bands every
20 ms without its deltas, two blocks of a 3 x 3 convolution, batch normalisation and a 2 x 2 maximum, 64 units a
direction, dropout, AdamW, classes of the same weight, and the epoch with the best validation value: the plain network
of that kind, not a copy of the paper's. Reported numbers: not found for this network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

import pydantic
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.nn.attention_pooling import AttentionPooling
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.convolutional_transformer import MaskedConvolutions
from ai4er.systems.baseline._frames import FALLBACKS, LOG_MEL, Frames
from ai4er.systems.baseline._trained import TrainedBaseline, TrainedConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card


class Config(TrainedConfig):
    """`channels` of every block, each of which halves time and frequency; `units` of each direction of the LSTM."""

    fallbacks: ClassVar[tuple[str, ...]] = FALLBACKS

    inputs: dict[str, str] = {"frames": LOG_MEL}
    channels: tuple[int, ...] = pydantic.Field((16, 32), min_length=1)
    units: int = pydantic.Field(64, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(channels=(4, 8), units=16, epochs=8, batch_size=8, learning_rate=5e-3)


class ConvolutionalRecurrentNetwork(TrainedBaseline[Config]):
    """Spectrogram -> class logits or values."""

    config_class = Config
    card = Card(
        title="3-D Convolutional Recurrent Neural Networks With Attention Model for Speech Emotion Recognition",
        venue="IEEE Signal Processing Letters", year=2018, paper="doi 10.1109/LSP.2018.2860246", inputs=("any",),
        task="labels or values",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.frames = Frames(self.slug(), shapes, timed)
        self.convolutions = MaskedConvolutions(self.frames.size, config.channels)
        self.recurrence = BidirectionalLSTM(self.convolutions.size, config.units)
        self.attention = AttentionPooling(2 * config.units)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(2 * config.units, space.size)

    def measure(self, batches: Iterable[Batch]) -> None:
        self.frames.measure(batches)

    def answer(self, batch: Batch) -> tuple[Tensor, Tensor]:
        frames = self.frames(batch)
        x, mask = self.convolutions(frames.data, frames.mask)
        vector = self.dropout(self.attention(self.recurrence(x, mask.sum(1)), mask))
        return self.output(vector), vector
