"""An utterance described by how the channels of its frames vary together.

Frames of a frozen speech encoder are projected, and the correlation matrix of the channels, weighted by attention
over time, is classified by one linear layer. Correlations do not know the scale and the level of a channel, so
recording level and speaker offsets drop out; attention leaves frames without emotion out. Reference: Kakouros et al.,
"Speech-Based Emotion Recognition with Self-Supervised Models Using Attentive Channel-Wise Correlations and Label
Smoothing", ICASSP 2023, arXiv 2211.01756.

Known: network, sizes and recipe (sheet checked against the released code). Chosen: padded frames have no weight (the
release adds 1 to the logits of valid frames instead, which leaves padding a share); label smoothing of 0.1, which is
in the paper only, its size inferred; batches of 32, which is what the release accumulates; 30,000 updates are 270
epochs of IEMOCAP's training part; the unweighted variant has the same correlation with equal weights ((T-1)/T of it
is released).

Offline substitute: the layers of `ai4er-small`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.correlation_pooling import correlation_pooling
from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.pooling import masked_mean, masked_softmax
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card, Diagnostic, Reported

_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"
Pooling = Literal["attentive_correlation", "correlation", "mean_deviation", "mean"]


class Config(SystemConfig):
    """The released values; the other kinds of `pooling` are those that the paper compares with."""

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small,layer=all"},
        "learning_rate": 1e-3,
        "epochs": 60,
    }

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=microsoft/wavlm-large,layer=all"}
    pooling: Pooling = "attentive_correlation"
    features: int = pydantic.Field(256, ge=2)
    heads: int = pydantic.Field(4, ge=1)
    channel_dropout: float = pydantic.Field(0.25, ge=0, lt=1)
    label_smoothing: float = pydantic.Field(0.1, ge=0, lt=1)
    learning_rate: float = 1e-4
    clip: float = 1.0
    batch_size: int = 32
    epochs: int = 270

    @classmethod
    def small(cls) -> Self:
        return cls(inputs={"speech": _LOG_MEL}, features=24, learning_rate=5e-3, epochs=12)


class FrameAttention(nn.Module):
    """One weight for each frame: the softmax over time of the heads' log-sum-exp, W ReLU(W_a x_t + b_a) + b.

    forward: x (batch, time, features), mask (batch, time) -> (batch, time).
    """

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, features)
        self.heads = nn.Linear(features, heads)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return masked_softmax(self.heads(self.hidden(x).relu()).logsumexp(-1), mask)


class Network(nn.Module):
    """Layer mix (where frames have layers), projection, channel dropout, pooling, one linear layer.

    forward: x (batch, time[, layers], features), mask (batch, time) -> logits (batch, classes), pooled vectors, and the
    weights of the frames (batch, time).
    """

    def __init__(self, config: Config, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        size = config.features
        self.pooling = config.pooling
        self.mix: nn.Module = LayerMix(shape[0]) if len(shape) == 2 else nn.Identity()
        self.projection = nn.Linear(shape[-1], size)
        self.channel_dropout = nn.Dropout1d(config.channel_dropout)
        attentive = config.pooling == "attentive_correlation"
        self.attention = FrameAttention(size, config.heads) if attentive else None
        pooled = {"mean": size, "mean_deviation": 2 * size}.get(config.pooling, size * (size - 1) // 2)
        self.classifier = nn.Linear(pooled, classes)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.projection(self.mix(x))
        equal = mask / mask.sum(1, keepdim=True).clamp(min=1)
        if "correlation" not in self.pooling:
            pooled = _moments(x, mask) if self.pooling == "mean_deviation" else masked_mean(x, mask)
            return self.classifier(pooled), pooled, equal
        x = self.channel_dropout(x.transpose(1, 2)).transpose(1, 2)
        weights = equal if self.attention is None else self.attention(x, mask)
        pooled = correlation_pooling(x, weights)
        return self.classifier(pooled), pooled, weights


def _moments(x: Tensor, mask: Tensor) -> Tensor:
    """Mean and standard deviation over the real steps, (batch, 2 * features)."""
    mean = masked_mean(x, mask)
    variance = masked_mean((x - mean.unsqueeze(1)).square(), mask)
    return torch.cat([mean, (variance + 1e-9).sqrt()], dim=1)


class AttentiveCorrelation(System[Config]):
    """Speech frames -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="Speech-Based Emotion Recognition with Self-Supervised Models Using Attentive Channel-Wise Correlations "
        "and Label Smoothing",
        venue="ICASSP", year=2023, paper="arXiv 2211.01756", inputs=("speech",), task="single label",
        official_code="skakouros/s3prl_attentive_correlation", licence="Apache-2.0",
        reported=tuple(
            Reported(
                corpus="iemocap", protocol="session", metric="wa", value=value, certainty="second-hand",
                note=f"{encoder}, mean of 5 folds",
            )
            for encoder, value in (("WavLM Large", 0.756), ("HuBERT Large", 0.7386), ("wav2vec 2.0 Large", 0.701))
        ),
        diagnostic=Diagnostic(
            mechanism="channel_correlation", ablation={"pooling": "mean_deviation"}, margin=0.35,
            settings={"inputs": {"speech": "array:name=frames"}, "epochs": 40}, removes="the correlations",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes["speech"], space.size)

    def forward(self, batch: Batch) -> Outputs:
        speech = as_sequence(batch["speech"])
        logits, pooled, weights = self.network(speech.data, speech.mask)
        return Outputs(logits=logits, embedding=pooled, attention=weights)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy with label smoothing."""
        smoothing = self.config.label_smoothing
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets, label_smoothing=smoothing)}

    def stages(self) -> list[Stage]:
        """One stage of Adam at a constant rate; the epoch with the best validation accuracy is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.Adam(self.parameters(), config.learning_rate))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="wa", clip=config.clip, buckets=True)]
