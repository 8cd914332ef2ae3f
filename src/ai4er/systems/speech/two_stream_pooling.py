"""TsPA and DCW: channels of MFCC features are weighted by their level and by their peaks, then joined with wav2vec 2.0.

Beside a frozen pretrained network the cheap gain lies in the other view. The channels of an MFCC encoder are of unequal
use: a weight for each one comes from its mean and its maximum over time, each read along the channels by a small
convolution of its own (two-stream pooling attention), and the weighted features are added to the plain ones
(discriminative channel weighting). Reference: "Speech Emotion Recognition Via Two-Stream Pooling Attention With
Discriminative Channel Weighting", ICASSP 2023, IEEE 10095588.

Known: both views, both protocols and their numbers from a later literature table; that the network is frozen and that
channels interact, from the journal successor. Chosen: every size and the recipe, as on the sheet; segments of 3 s
without overlap; batches of utterances with all their segments; the epoch with the best validation UA (which may be WA
in the paper); features are in units of their spread over the training part; frames behind the end of a short utterance
do not count.

Offline substitute: the frames of `ai4er-small`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.channel_attention import TwoStreamChannelAttention
from ai4er.nn.pooling import masked_maximum, masked_mean
from ai4er.systems.batch import Padded
from ai4er.systems.card import Card, Reported
from ai4er.systems.speech._segmented import SegmentedConfig, SegmentedSystem

_MFCC = "mfcc:sample_rate=16000,coefficients=40,n_fft=400,hop=160"
_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"


class Config(SegmentedConfig):
    """The sheet's values. Without `attention` the MFCC features stay as they are."""

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"mfcc": _MFCC, "speech": "speech_frames:encoder=ai4er-small"},
        "learning_rate": 1e-3, "batch_size": 32, "epochs": 30,
    }  # fmt: skip

    inputs: dict[str, str] = {"mfcc": _MFCC, "speech": "speech_frames:encoder=facebook/wav2vec2-base"}
    rates: dict[str, float] = {"mfcc": 100.0, "speech": 50.0}
    channels: tuple[int, int, int] = (64, 128, 128)
    kernel: int = 5
    attention: bool = True
    attention_kernel: int = 5
    features: int = pydantic.Field(128, ge=1)
    dropout: float = 0.5
    learning_rate: float = 1e-4
    batch_size: int = 64
    epochs: int = 100
    patience: int | None = 10

    @pydantic.field_validator("channels")
    @classmethod
    def _even(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if value[-1] % 2:
            raise ValueError("the last of channels must be even: an LSTM in each direction has half of them")
        return value

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=320", "speech": _LOG_MEL},
            rates={"mfcc": 50.0, "speech": 50.0}, seconds=1.0, channels=(16, 16, 16), features=16, dropout=0.2,
            learning_rate=5e-3, batch_size=16, epochs=6,
        )  # fmt: skip


class MfccBranch(nn.Module):
    """Three convolutions, an LSTM in both directions, channel weights, mean and maximum over time, one layer.

    forward: x (batch, frames, coefficients), lengths (batch,) -> (batch, features), weights w (batch, channels).
    """

    def __init__(self, config: Config, coefficients: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList()
        for inputs, outputs in zip((coefficients, *config.channels), config.channels):
            convolution = nn.Conv1d(inputs, outputs, config.kernel, padding="same")
            self.convolutions.append(nn.Sequential(convolution, nn.BatchNorm1d(outputs), nn.ReLU()))
        self.recurrent = BidirectionalLSTM(config.channels[-1], config.channels[-1] // 2)
        self.attention = TwoStreamChannelAttention(config.attention_kernel) if config.attention else None
        self.summary = nn.Linear(2 * config.channels[-1], config.features)

    def encode(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """F (batch, steps, channels), a quarter as many steps as frames, and their lengths."""
        x = x.transpose(1, 2)
        for number, convolution in enumerate(self.convolutions):
            x = convolution(x)
            if number < 2:
                x, lengths = functional.max_pool1d(x, 2, ceil_mode=True), (lengths + 1) // 2
        return self.recurrent(x.transpose(1, 2), lengths), lengths

    def weigh(self, f: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """F' = F w + F, with w (batch, channels)."""
        if self.attention is None:
            return f, f.new_ones(len(f), f.shape[2])
        w = self.attention(f, mask)
        return f * w.unsqueeze(1) + f, w

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        f, lengths = self.encode(x, lengths)
        mask = torch.arange(f.shape[1], device=f.device) < lengths.unsqueeze(1)
        f, w = self.weigh(f, mask)
        return self.summary(torch.cat([masked_mean(f, mask), masked_maximum(f, mask)], dim=1)).relu(), w


class Network(nn.Module):
    """Both branches side by side -> dropout -> linear, ReLU -> linear."""

    def __init__(self, config: Config, coefficients: int, hidden: int, classes: int) -> None:
        super().__init__()
        size = config.features
        self.mfcc = MfccBranch(config, coefficients)
        self.speech = nn.Linear(hidden, size)
        self.dropout = nn.Dropout(config.dropout)
        self.fusion = nn.Linear(2 * size, size)
        self.classifier = nn.Linear(size, classes)

    def forward(self, mfcc: Padded, speech: Padded) -> tuple[Tensor, Tensor]:
        """Logits (batch, classes) and what is classified, (batch, features)."""
        first, _ = self.mfcc(mfcc.data, mfcc.lengths)
        second = self.speech(masked_mean(speech.data, speech.mask)).relu()
        joined = self.fusion(self.dropout(torch.cat([first, second], dim=1))).relu()
        return self.classifier(joined), joined


_PROTOCOLS = {"iemocap_5_sessions": (0.7208, 0.7217), "iemocap_10_speakers": (0.7318, 0.7426)}


class TwoStreamPooling(SegmentedSystem[Config]):
    """MFCC and frozen speech frames -> class logits."""

    config_class = Config
    card = Card(
        title="Speech Emotion Recognition Via Two-Stream Pooling Attention With Discriminative Channel Weighting",
        venue="ICASSP", year=2023, paper="IEEE 10095588", inputs=("speech",), task="single label",
        reported=tuple(
            Reported(corpus="iemocap", protocol=protocol, metric=metric, value=value, certainty="second-hand")
            for protocol, values in _PROTOCOLS.items()
            for metric, value in zip(("wa", "ua"), values)
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes["mfcc"][0], shapes["speech"][0], space.size)

    def classify(self, views: dict[str, Padded]) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = self.network(views["mfcc"], views["speech"])
        return found
