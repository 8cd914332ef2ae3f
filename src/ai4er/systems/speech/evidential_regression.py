"""Evidential regression: emotion attributes with the disagreement of raters and the model's own doubt.

The ratings of an utterance are samples of a Gaussian whose mean and variance have a normal-inverse-gamma
prior; the network predicts the four parameters of that prior for every attribute. One pass gives the value,
how far raters disagree (aleatoric) and how little the model knows (epistemic). It is trained on all
raters' labels and fits both their mean and their variance. Reference: Wu et al., "Estimating the
Uncertainty in Emotion Attributes using Deep Evidential Regression", ACL 2023, arXiv 2306.06760.

Known: network, losses, recipe (sheet checked against the released code). Different from the released
code, where both depend on the batch: the mean over time is over valid frames, and the variance of the
labels over the real raters, 0 for one rater. An item without individual ratings counts as rated once,
with its target. Chosen: frames behind the last position are not read; features without a time axis count
as one frame; parameters that must be positive stay 1e-6 above their limit, where float32 would round to
it; gradients are clipped at norm 5; the learning rate falls after every epoch. Targets are not standardised.

Offline substitute: the two layers of `ai4er-small`, which has WavLM's frame rate.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.losses.evidential import NormalInverseGamma, evidential_nll, evidential_regulariser, rating_moments
from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.pooling import masked_mean
from ai4er.nn.positions import sinusoidal_positions
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Item, as_sequence
from ai4er.systems.card import Card, Certainty, Diagnostic, Reported

_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"


class Config(SystemConfig):
    """The released values. `train_on` is `raters`, or for comparison `mean` (the likelihood of the mean label only)."""

    offline: ClassVar[dict[str, Any]] = {"inputs": {"speech": "speech_frames:encoder=ai4er-small,layer=all"}}

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=microsoft/wavlm-base-plus,layer=all"}
    frames: int = pydantic.Field(1800, ge=1)
    dim: int = pydantic.Field(128, ge=1)
    heads: int = pydantic.Field(4, ge=1)
    inner: int = pydantic.Field(128, ge=1)
    layers: int = pydantic.Field(2, ge=1)
    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    train_on: Literal["raters", "mean"] = "raters"
    regulariser_weight: float = pydantic.Field(0.1, ge=0)
    learning_rate: float = 1e-3
    final_learning_rate: float = 5e-4
    weight_decay: float = 1e-3
    clip: float = 5.0
    batch_size: int = 16
    epochs: int = 40

    @classmethod
    def small(cls) -> Self:
        return cls(inputs={"speech": _LOG_MEL}, dim=32, inner=32, layers=1, dropout=0.1, learning_rate=3e-3, epochs=12)


class EvidentialHead(nn.Module):
    """(batch, features) -> the normal-inverse-gamma parameters of every attribute, (batch, names) each."""

    def __init__(self, features: int, names: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 4 * names)

    def forward(self, x: Tensor) -> NormalInverseGamma:
        gamma, *rest = self.linear(x).chunk(4, dim=-1)
        upsilon, excess, beta = (functional.softplus(part) + 1e-6 for part in rest)
        return NormalInverseGamma(gamma, upsilon, 1 + excess, beta)


class Network(nn.Module):
    """Layer mix (where frames have layers), projection, positions, transformer, mean over time, head."""

    def __init__(self, config: Config, shape: tuple[int, ...], names: int) -> None:
        super().__init__()
        self.mix: nn.Module = LayerMix(shape[0]) if len(shape) == 2 else nn.Identity()
        self.projection = nn.Linear(shape[-1], config.dim)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(config.dim, config.heads, config.inner, config.dropout, batch_first=True)
            for _ in range(config.layers)
        )
        self.head = EvidentialHead(config.dim, names)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[NormalInverseGamma, Tensor]:
        """x (batch, frames[, layers], features), mask (batch, frames) -> distribution, vector (batch, dim)."""
        x = self.projection(self.mix(x))
        x = self.dropout(x + sinusoidal_positions(x.shape[1], x.shape[2], x.device).to(x.dtype))
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=~mask)
        pooled = masked_mean(x, mask)
        return self.head(pooled), pooled


def _reported(corpus: str, protocol: str, values: tuple[float, float, float], note: str) -> list[Reported]:
    """Valence is known; arousal and dominance are from memory."""
    certain: tuple[Certainty, ...] = ("known", "memory", "memory")
    return [
        Reported(corpus=corpus, protocol=protocol, metric=f"ccc_{name}", value=value, certainty=certainty, note=note)
        for name, value, certainty in zip(("valence", "arousal", "dominance"), values, certain)
    ]


class EvidentialRegression(System[Config]):
    """Speech frames -> valence, arousal, dominance with their standard deviations."""

    config_class = Config
    kinds = ("dimensions",)
    toy = "synthetic_speech"
    card = Card(
        title="Estimating the Uncertainty in Emotion Attributes using Deep Evidential Regression",
        venue="ACL", year=2023, paper="arXiv 2306.06760", inputs=("speech",), task="valence, arousal, dominance",
        official_code="W-Wu/DEER", licence="none",
        reported=(
            *_reported("msp_podcast", "official", (0.506, 0.698, 0.613), "release 1.8, test1"),
            *_reported("iemocap", "session", (0.596, 0.756, 0.569), "session 5 only"),
            *_reported("iemocap", "session", (0.625, 0.720, 0.548), "mean of the 5 sessions"),
            *_reported("msp_podcast", "official", (0.629, 0.777, 0.684), "release 1.6"),
        ),
        diagnostic=Diagnostic(
            mechanism="rater_disagreement", ablation={"train_on": "mean"}, margin=0.1, metric="gaussian_nll",
            settings={"inputs": {"speech": "array:name=frames"}, "regulariser_weight": 0.03},
            removes="the likelihood of every rater's label",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes["speech"], space.size)

    def collate(self, items: Sequence[Item]) -> Batch:
        """A target without individual ratings is one rating; an unlabelled item has none."""
        return super().collate([item if item.ratings is not None else self._rated(item) for item in items])

    def _rated(self, item: Item) -> Item:
        blank = np.zeros((0, self.space.size), np.float32)
        return dataclasses.replace(item, ratings=blank if item.target is None else item.target[None])

    def forward(self, batch: Batch) -> Outputs:
        speech = as_sequence(batch["speech"])
        found, pooled = self.network(speech.data[:, : self.config.frames], speech.mask[:, : self.config.frames])
        extras = {"distribution": found, "aleatoric": found.aleatoric, "epistemic": found.epistemic}
        return Outputs(values=found.gamma, uncertainty=found.variance.sqrt(), embedding=pooled, extras=extras)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Mean likelihood over the raters, and the regulariser; sums over attributes and utterances."""
        found: NormalInverseGamma = outputs.extras["distribution"]
        assert batch.ratings is not None
        ratings, mask = batch.ratings.data, batch.ratings.mask
        mean, variance = rating_moments(ratings, mask)
        rated = mask.any(1, keepdim=True)
        if self.config.train_on == "mean":
            likelihood = evidential_nll(mean, found)
        else:
            likelihood = masked_mean(evidential_nll(ratings, found.unsqueeze(1)), mask)
        regulariser = self.config.regulariser_weight * evidential_regulariser(mean, variance, found)
        return {"likelihood": (likelihood * rated).sum(), "regulariser": (regulariser * rated).sum()}

    def stages(self) -> list[Stage]:
        """One stage; batches of similar length, and the epoch with the best validation CCC is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.Adam(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            last = config.final_learning_rate / config.learning_rate
            schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, last, max(1, config.epochs - 1))
            return [Optimisation(optimiser, schedule, every="epoch")]

        return [
            Stage("train", config.epochs, config.batch_size, optimise, select="ccc", clip=config.clip, buckets=True)
        ]
