"""DST: attention inside windows whose width and place are decided for every frame and head.

Full attention is redundant for emotion and fixed windows have one granularity. A linear decision network reads the
query of a frame and says how wide its window is and how far its centre lies from the frame. Borders are whole frames
and have no gradient, so what they lack of whole frames weighs the scores at the borders and at the centre, and through
these weights the decision network learns. Reference: Chen et al., "DST: Deformable Speech Transformer for Emotion
Recognition", ICASSP 2023, arXiv 2302.13729.

Known: windows, weights, sizes, start values (sheet checked against the released code). Different from the released
code, which has no padding mask: keys behind the end of an utterance do not exist and the mean is over its real frames,
so that padding changes nothing; an utterance without padding has the original arithmetic. Inferred on the sheet:
optimiser, rate, schedule, epochs. Chosen: the encoder's last layer; the epoch of the best validation UA.

Offline substitute: the frames of `ai4er-small`, two of them as one step, a learned projection to a small
`dim`, and Adam, because SGD does not train this network from scratch. Adam makes steps of one size whatever the
gradient is, and those of the decision network are multiplied by T: it learns at `decision_rate` of the rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.nn.transformer_block import MixerBlock
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.speech._averaged_frames import AveragedFramesConfig, AveragedFramesSystem

_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"
_OUTSIDE = -1e8


class Config(AveragedFramesConfig):
    """The values for IEMOCAP; MELD has 224 frames.

    `narrowest` and `widest` are the half widths, in steps, with which the first and the last head start. `windows` is
    `deformable`, or for comparison `shifted` (widths stay as they start), `stretched` (no offset), `fixed` (neither
    moves) or `whole` (full attention). `decision_rate` is a factor of the decision networks' learning rate.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small"},
        "stack": 2, "frames": 300, "dim": 128, "heads": 4, "inner": 128, "layers": 2,
        "head_dims": (128, 64), "widest": 12.5, "optimiser": "adam", "learning_rate": 1e-3, "decision_rate": 0.01,
        "epochs": 40,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=microsoft/wavlm-large"}
    windows: Literal["deformable", "shifted", "stretched", "fixed", "whole"] = "deformable"
    narrowest: float = pydantic.Field(1.25, gt=0)
    widest: float = pydantic.Field(25.0, gt=0)
    decision_rate: float = pydantic.Field(1.0, gt=0)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": _LOG_MEL}, stack=2, frames=160, dim=32, heads=2, inner=32, layers=1, dropout=0.0,
            head_dims=(32,), optimiser="adam", learning_rate=5e-3, decision_rate=0.01, batch_size=16, epochs=9,
        )  # fmt: skip

    @pydantic.model_validator(mode="after")
    def _windows_fit(self) -> Self:
        if max(self.narrowest, self.widest) >= self.steps:
            raise ValueError(f"narrowest and widest must be below the {self.steps} steps of the longest utterance")
        return self


def deformable_windows(offset: Tensor, half_width: Tensor) -> tuple[Tensor, Tensor]:
    """Which keys are in the window of every query, and what their scores are multiplied by.

    offset o, half width s > 0 (..., time) of the query at place j -> inside, weights (..., time, time). With centre
    A = j + o, borders L = A - s, R = A + s, l = floor(L), r = ceil(R), a = floor(A), keys from l to r are inside, with
    w(k) = 1 + [k=l](l - L) + [k=r](R - r) + [k=a](1 - (A - a)) + [k=a+1](A - a). In the distance d = |k - A| of a key
    this is w = 1 - max(d - s, 0) + max(1 - d, 0) where d < s + 1, which needs no search for the borders.
    """
    places = torch.arange(offset.shape[-1], device=offset.device, dtype=offset.dtype)
    distance = (places - (places + offset).unsqueeze(-1)).abs()
    beyond = distance - half_width.unsqueeze(-1)
    return beyond < 1, 1 - beyond.relu() + (1 - distance).relu()


class DeformableAttention(nn.Module):
    """softmax(w(k) q_j k / sqrt(d)) over the keys of a window that the query decides: x, valid -> the shape of x.

    x (batch, time, features), valid (batch, time). Where a whole window lies outside the utterance, all its frames
    count alike. The decision network starts with weights of 0: no offset, half widths evenly from `narrowest` to
    `widest`. What `windows` does not let it decide stays so.
    """

    start: Tensor
    decided: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.steps, self.windowed = config.heads, config.steps, config.windows != "whole"
        self.projection = nn.Linear(config.dim, 3 * config.dim)
        self.decision = nn.Linear(config.dim, 2 * config.heads)
        self.output = nn.Linear(config.dim, config.dim)
        self.dropout = nn.Dropout(config.dropout)
        for layer in (self.projection, self.output):
            nn.init.xavier_uniform_(layer.weight)
        widths = torch.linspace(config.narrowest, config.widest, config.heads) / config.steps
        self.register_buffer("start", torch.cat([torch.zeros(config.heads), widths.logit()]), persistent=False)
        moves = torch.tensor([config.windows in ("deformable", part) for part in ("shifted", "stretched")])
        self.register_buffer("decided", moves.repeat_interleave(config.heads), persistent=False)
        nn.init.zeros_(self.decision.weight)
        self.decision.bias.data.copy_(self.start)

    def decide(self, query: Tensor) -> tuple[Tensor, Tensor]:
        """Offset tanh(u) T and half width sigmoid(v) T, (batch, heads, time) each, of query (batch, time, features)."""
        raw = torch.where(self.decided, self.decision(query).float(), self.start)
        u, v = raw.transpose(1, 2).chunk(2, dim=1)
        return u.tanh() * self.steps, v.sigmoid() * self.steps

    def attention(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """The weight of every key (batch, heads, time, time), and the values (batch, heads, time, features a head)."""
        query, key, value = self.projection(x).chunk(3, dim=-1)
        decided = self.decide(query)
        query, key, value = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (query, key, value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        if self.windowed:
            inside, weights = deformable_windows(*decided)
            scores = (weights * scores).masked_fill(~inside, _OUTSIDE)
        scores = scores.masked_fill(~valid[:, None, None], torch.finfo(scores.dtype).min)
        return scores.softmax(-1).to(value.dtype), value

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        weights, value = self.attention(x, valid)
        mixed: Tensor = self.output((self.dropout(weights) @ value).transpose(1, 2).flatten(2))
        return mixed


class DST(AveragedFramesSystem[Config]):
    """Speech frames -> class logits."""

    config_class = Config
    card = Card(
        title="DST: Deformable Speech Transformer for Emotion Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2302.13729", inputs=("speech",), task="single label",
        official_code="HappyColor/DST", licence="none",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="wa", value=0.718, note="mean of 5 folds"),
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.736, note="mean of 5 folds"),
            Reported(corpus="meld", protocol="official", metric="weighted_f1", value=0.488, certainty="second-hand"),
        ),
        diagnostic=Diagnostic(
            mechanism="near_marks", ablation={"windows": "whole"}, margin=0.15,
            settings={
                "inputs": {"speech": "array:name=frames"}, "stack": 1, "frames": 40, "widest": 3.5, "epochs": 16,
                "head_dims": [],
            },
            removes="the windows",
        ),
    )  # fmt: skip

    def blocks(self) -> Iterable[nn.Module]:
        """Post-norm blocks around deformable attention."""
        config = self.config
        for _ in range(config.layers):
            yield MixerBlock(DeformableAttention(config), config.dim, config.inner, config.dropout)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """The decision networks learn at a rate of their own."""
        config = self.config
        named = list(self.named_parameters())
        groups: list[dict[str, Any]] = [{"params": [p for name, p in named if ".decision." not in name]}]
        decisions = [p for name, p in named if ".decision." in name]
        return [*groups, {"params": decisions, "lr": config.learning_rate * config.decision_rate}]
