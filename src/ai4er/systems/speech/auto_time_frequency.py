"""TFA, TFW and BCNN: patterns along time and along frequency, and how they occur together.

Two small convolutions of an MFCC map, one along time and one along frequency, take the place of hand-made statistics.
Each result is weighted along its own axis by attention (TFA), both against each other by a softmax (TFW), and after a
convolutional network each, an outer product over common places (bilinear pooling, BCNN) says which time pattern occurs
with which frequency pattern. Reference: "Speech Emotion Recognition Based on Low-Level Auto-Extracted Time-Frequency
Features", ICASSP 2023, IEEE 10095260.

Known: MFCC, the names of the three modules, the protocol and two numbers from a later literature table. Chosen: all the
rest, as on the sheet: sizes, equations and recipe; convolutions before a normalisation have no bias, so that a stream
of weight 0 is 0 as long as the normalisations are at their start; segments of 2 s every second, in training and in use;
batches of utterances with all their segments; the epoch with the best validation UA. Which part of IEMOCAP was used is
not known; the numbers fit its improvised sessions.
`--offline` takes 20 ms frames and half the channels, for a CPU.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.nn.bilinear_pooling import bilinear_pooling
from ai4er.nn.time_frequency_stem import TimeFrequencyStem
from ai4er.systems.batch import Padded
from ai4er.systems.card import Card, Reported
from ai4er.systems.speech._segmented import SegmentedConfig, SegmentedSystem


class Config(SegmentedConfig):
    """The sheet's values. Without `attention` TFA is 1, without `weighting` both streams count the same (TFW).

    `pooling="mean"` has the means of both streams side by side in place of bilinear pooling.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"mfcc": "mfcc:sample_rate=16000,coefficients=40,n_fft=640,hop=320"},
        "rates": {"mfcc": 50.0}, "channels": (16, 32, 64), "batch_size": 16,
    }  # fmt: skip

    inputs: dict[str, str] = {"mfcc": "mfcc:sample_rate=16000,coefficients=40,n_fft=640,hop=160"}
    rates: dict[str, float] = {"mfcc": 100.0}
    seconds: float = 2.0
    train_step: float = 1.0
    test_step: float = 1.0
    stem_channels: int = 16
    stem_kernel: int = 9
    attention_kernel: int = 7
    channels: tuple[int, int, int] = (32, 64, 128)
    attention: bool = True
    weighting: bool = True
    pooling: Literal["bilinear", "mean"] = "bilinear"
    dropout: float = 0.5
    decay: float = 0.5

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=640,hop=320"}, rates={"mfcc": 50.0},
            seconds=0.6, train_step=0.6, test_step=0.6, stem_channels=4, channels=(8, 8, 16), dropout=0.2,
            learning_rate=3e-3, batch_size=16, epochs=6,
        )  # fmt: skip


class AxisAttention(nn.Module):
    """a = sigmoid of a convolution along one axis of the mean over channels and the other axis; x * a.

    forward: x (batch, channels, frames, coefficients) -> the same; `axis` is 2 (frames) or 3 (coefficients).
    """

    def __init__(self, kernel: int, axis: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(1, 1, kernel, padding="same")
        self.axis = axis

    def weights(self, x: Tensor) -> Tensor:
        """(batch, steps of the axis)."""
        mean = x.mean((1, 5 - self.axis))
        return self.convolution(mean.unsqueeze(1)).squeeze(1).sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        a = self.weights(x)
        return x * (a[:, None, :, None] if self.axis == 2 else a[:, None, None, :])


class StreamWeights(nn.Module):
    """g = softmax of a linear layer of both streams' means: maps (batch, channels, ...) twice -> (batch, 2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(2 * channels, 2)

    def forward(self, time: Tensor, frequency: Tensor) -> Tensor:
        return self.linear(torch.cat([time.mean((2, 3)), frequency.mean((2, 3))], dim=1)).softmax(1)


def stream(inputs: int, channels: tuple[int, ...]) -> nn.Sequential:
    """Three times a 3 x 3 convolution, batch norm and ReLU, with a maximum over 2 x 2 places behind the first two."""
    layers: list[nn.Module] = []
    for number, filters in enumerate(channels):
        layers += [nn.Conv2d(inputs, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if number < len(channels) - 1 else []
        inputs = filters
    return nn.Sequential(*layers)


class Network(nn.Module):
    """Stem, attention along each axis, weights of the streams, two streams, pooling, one linear layer."""

    def __init__(self, config: Config, classes: int) -> None:
        super().__init__()
        width, kernel = config.stem_channels, config.stem_kernel
        self.stem = TimeFrequencyStem(width, (kernel, 1), (1, kernel))
        self.time_attention = AxisAttention(config.attention_kernel, 2) if config.attention else nn.Identity()
        self.frequency_attention = AxisAttention(config.attention_kernel, 3) if config.attention else nn.Identity()
        self.weighting = StreamWeights(width) if config.weighting else None
        self.time_stream, self.frequency_stream = (stream(width, config.channels) for _ in range(2))
        self.pooling = config.pooling
        last = config.channels[-1]
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(last**2 if config.pooling == "bilinear" else 2 * last, classes)

    def maps(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The weighted streams 2 g_t V_t and 2 g_f V_f of x (batch, frames, coefficients)."""
        time, frequency = self.stem(x.unsqueeze(1))
        time, frequency = self.time_attention(time), self.frequency_attention(frequency)
        if self.weighting is None:
            return time, frequency
        g = 2 * self.weighting(time, frequency).view(-1, 2, 1, 1, 1)
        return g[:, 0] * time, g[:, 1] * frequency

    def pooled(self, time: Tensor, frequency: Tensor) -> Tensor:
        """What both streams make of their maps, as one vector (batch, features)."""
        p, q = self.time_stream(time), self.frequency_stream(frequency)
        return bilinear_pooling(p, q) if self.pooling == "bilinear" else torch.cat([p.mean((2, 3)), q.mean((2, 3))], 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, frames, coefficients) -> logits (batch, classes), pooled vectors (batch, features)."""
        pooled = self.pooled(*self.maps(x))
        return self.classifier(self.dropout(pooled)), pooled


class AutoTimeFrequency(SegmentedSystem[Config]):
    """Segments of MFCC -> class logits."""

    config_class = Config
    card = Card(
        title="Speech Emotion Recognition Based on Low-Level Auto-Extracted Time-Frequency Features",
        venue="ICASSP", year=2023, paper="IEEE 10095260", inputs=("speech",), task="single label",
        reported=tuple(
            Reported(corpus="iemocap", protocol="session", metric=metric, value=value, certainty="second-hand",
                     note="the part of the corpus is not known")
            for metric, value in (("wa", 0.8157), ("ua", 0.7907))
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, space.size)

    def classify(self, views: dict[str, Padded]) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = self.network(views["mfcc"].data)
        return found
