"""MSTR: the same short-window attention at several time scales, mixed back to the rate of the frames.

Emotion shows in frames, phonemes, words and phrases, while full attention spends most of its cost on distant frames.
Queries, keys and values are averaged over p, p^2 ... neighbouring frames, attention looks inside windows of w frames at
every scale (a self-similar pattern, with the same weights), and the scales are added up. The cost is linear in the
length, and a scale adds no weight. Reference: Li et al., "Multi-Scale Temporal Transformer For Speech Emotion
Recognition", Interspeech 2023, arXiv 2410.00390.

Known: averaging of queries, keys and values, windows of one length at every scale, a mixer, three layers in the
classifier, two results (at second hand). Inferred on the sheet: p, scales and all sizes, w = p, the mixer (repeat,
GELU, sum, linear), recipe and encoder size, from the laboratory's DST and a re-implementation. Chosen: no bias in the
projections of queries, keys and values; a frame of a coarse scale at the end of an utterance is the mean over its real
frames, and padding is no key; the encoder's last layer; the epoch of the best validation UA.

Offline substitute: the frames of `ai4er-small`, two of them as one step, a learned projection to a small
`dim`, and Adam, because SGD does not train this network from scratch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.pooling import masked_softmax
from ai4er.nn.transformer_block import MixerBlock
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.speech._averaged_frames import AveragedFramesConfig, AveragedFramesSystem

_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"


class Config(AveragedFramesConfig):
    """The values for IEMOCAP; MELD has 224 frames and 100 epochs.

    `factor` is p, the frames of one scale that make one of the next; `window` is w; `scales` is L, 1 for short windows
    only.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small"},
        "stack": 2, "frames": 300, "dim": 128, "heads": 4, "inner": 128, "layers": 2,
        "head_dims": (128, 64), "optimiser": "adam", "learning_rate": 1e-3, "epochs": 40,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=facebook/hubert-large-ll60k"}
    factor: int = pydantic.Field(3, ge=2)
    scales: int = pydantic.Field(4, ge=1)
    window: int = pydantic.Field(3, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": _LOG_MEL}, stack=2, frames=160, dim=32, heads=2, inner=32, layers=1, dropout=0.0,
            head_dims=(32,), optimiser="adam", learning_rate=5e-3, batch_size=16, epochs=9,
        )  # fmt: skip


def averaged(x: Tensor, count: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Means over every `factor` frames: x (batch, time, features), count (batch, time) of the frames behind each.

    Returns the coarser frames and their counts; frames that are not there have count 0 and weigh nothing, so that means
    of means are means over the original frames.
    """
    missing = -x.shape[1] % factor
    total = functional.pad(x * count.unsqueeze(-1), (0, 0, 0, missing)).unflatten(1, (-1, factor)).sum(2)
    count = functional.pad(count, (0, missing)).unflatten(1, (-1, factor)).sum(2)
    return total / count.clamp(min=1).unsqueeze(-1), count


def windowed_attention(x: Tensor, valid: Tensor, window: int, heads: int) -> Tensor:
    """softmax(Q K^T / sqrt(d)) V inside consecutive windows of `window` frames, without overlap.

    x (batch, time, 3 features) holds queries, keys and values, valid (batch, time) -> (batch, time, features).
    """
    time, missing = x.shape[1], -x.shape[1] % window
    query, key, value = (
        part.unflatten(1, (-1, window)).unflatten(-1, (heads, -1)).transpose(2, 3)
        for part in functional.pad(x, (0, 0, 0, missing)).chunk(3, dim=-1)
    )  # (batch, windows, heads, window, features a head)
    there = functional.pad(valid, (0, missing)).unflatten(1, (-1, window))[:, :, None, None]
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    attended = masked_softmax(scores, there) @ value
    return attended.transpose(2, 3).flatten(3).flatten(1, 2)[:, :time]


class FractalAttention(nn.Module):
    """Y = (sum over scales k of GELU(up(A^k))) W_o, A^k the windowed attention among means of p^(k-1) frames.

    up repeats every coarse frame for the frames that it is the mean of. The scales share the projections.
    forward: x (batch, time, features), valid (batch, time) -> the shape of x.
    """

    def __init__(self, features: int, heads: int, factor: int, scales: int, window: int) -> None:
        super().__init__()
        self.heads, self.factor, self.scales, self.window = heads, factor, scales, window
        self.projection = nn.Linear(features, 3 * features, bias=False)
        self.output = nn.Linear(features, features)

    def scale(self, x: Tensor, valid: Tensor) -> Iterable[Tensor]:
        """A^k of every scale, (batch, time of the scale, features)."""
        x, count = self.projection(x), valid.to(x.dtype)
        for k in range(self.scales):
            if k:
                x, count = averaged(x, count, self.factor)
            yield windowed_attention(x, count > 0, self.window, self.heads)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        total = torch.zeros_like(x)
        for k, attended in enumerate(self.scale(x, valid)):
            total = total + functional.gelu(attended).repeat_interleave(self.factor**k, dim=1)[:, : x.shape[1]]
        mixed: Tensor = self.output(total)
        return mixed


class MultiScaleTemporalTransformer(AveragedFramesSystem[Config]):
    """Speech frames -> class logits."""

    config_class = Config
    card = Card(
        title="Multi-Scale Temporal Transformer For Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="arXiv 2410.00390", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="wa", value=0.706, certainty="second-hand"),
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.716, certainty="second-hand"),
            Reported(corpus="meld", protocol="official", metric="weighted_f1", value=0.4615, certainty="second-hand"),
        ),
        diagnostic=Diagnostic(
            mechanism="near_marks", ablation={"scales": 1}, margin=0.2,
            settings={"inputs": {"speech": "array:name=frames"}, "stack": 1, "scales": 3, "epochs": 14},
            removes="all scales but that of the frames",
        ),
    )  # fmt: skip

    def blocks(self) -> Iterable[nn.Module]:
        """Post-norm blocks around fractal attention."""
        config = self.config
        for _ in range(config.layers):
            mixer = FractalAttention(config.dim, config.heads, config.factor, config.scales, config.window)
            yield MixerBlock(mixer, config.dim, config.inner, config.dropout)
