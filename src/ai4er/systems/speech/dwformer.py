"""DWFormer: attention inside windows whose borders follow where the emotional evidence is.

Each block cuts the utterance into windows of variable length at the places where the importance of a
frame (how much the previous block attended to it) crosses its median, lets the frames of one window
attend to each other, then lets one summary token a window attend to the other windows and adds it back
to its frames. Splitting is repeated in every block. Reference: Chen et al., "DWFormer: Dynamic Window
Transformer for Speech Emotion Recognition", ICASSP 2023, arXiv 2303.01694.

Known: window rule, sizes, objective, recipe (sheet checked against the released code). Different from
the released code, which depends on padding: padded frames are never attended to and belong to no
window, the threshold is the upper median of the valid frames, the window score counts only windows that
exist, and the mean is over valid frames; an utterance without padding gets the original arithmetic.
Chosen: the residual of a window transformer starts behind its entry layer norm; the epoch with the best
validation UA is kept (the paper selects on the test session).

Offline substitute: the frames of `ai4er-small`, `stack` of them side by side as one frame (the
rest of an incomplete stack repeats the last frame), a learned linear projection to a small `dim`, and
Adam, because SGD does not train this network from scratch. Frames of size `dim` are not projected.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.pooling import masked_mean, masked_softmax
from ai4er.nn.stacked_frames import stacked_frames
from ai4er.nn.transformer_block import TransformerBlock
from ai4er.systems._optimisers import sgd_or_adam
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Certainty, Diagnostic, Reported

_ROUNDING = 1e-6
_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"


class Config(SystemConfig):
    """The values for IEMOCAP; MELD has 2 blocks and 100 epochs.

    `windows` is `dynamic`, or for comparison `fixed` (of `window_length` frames) or `whole` (the whole
    utterance is one window). `unimportant` is lambda, the weight of frames below the threshold.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small"},
        "stack": 2, "frames": 240, "dim": 128, "inner": 128, "head_dims": (128, 64),
        "optimiser": "adam", "learning_rate": 1e-3, "epochs": 60,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=microsoft/wavlm-large,layer=12"}
    frames: int = pydantic.Field(324, ge=1)
    stack: int = pydantic.Field(1, ge=1)
    dim: int = 1024
    heads: int = 8
    inner: int = 512
    blocks: int = pydantic.Field(3, ge=1)
    windows: Literal["dynamic", "fixed", "whole"] = "dynamic"
    window_length: int = pydantic.Field(16, ge=1)
    unimportant: float = 0.85
    dropout: float = 0.3
    head_dims: tuple[int, int] = (512, 256)
    head_dropout: float = 0.5
    optimiser: Literal["sgd", "adam"] = "sgd"
    learning_rate: float = 5e-4
    final_learning_rate: float = 1e-5
    momentum: float = 0.9
    restart_epochs: int = 3
    restart_factor: int = 2
    batch_size: int = 32
    epochs: int = 120

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": _LOG_MEL}, stack=2, dim=32, heads=2, inner=32, blocks=1, dropout=0.0, head_dims=(32, 32),
            head_dropout=0.0, optimiser="adam", learning_rate=3e-3, batch_size=16, epochs=9,
        )  # fmt: skip


def window_numbers(importance: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """The dynamic windows: importance, valid (batch, frames) -> window numbers from 0, important or not.

    theta is the upper median of the valid importances, b = importance >= theta. A frame is an end if b
    changes behind it, unless the frame before it is an end too; a new window begins behind every end.
    Frames that equal theta but for rounding, such as those of digital silence, stay on one side.
    """
    ordered = importance.masked_fill(~valid, torch.inf).sort(dim=1).values
    threshold = ordered.gather(1, valid.sum(1, keepdim=True) // 2)
    important = importance >= threshold * (1 - _ROUNDING)
    ends = important[:, :-1] != important[:, 1:]
    kept = ends & ~functional.pad(ends[:, :-1], (1, 0))
    return functional.pad(kept.long().cumsum(1), (1, 0)), important


def received(weights: Tensor, valid: Tensor) -> Tensor:
    """How much every step is attended to by the real steps: (batch, time, time) -> (batch, time)."""
    return (weights * valid.unsqueeze(-1)).sum(1)


def softmax_inside(scores: Tensor, same: Tensor) -> Tensor:
    """Softmax of each frame's score (batch, frames) among the frames of its window, same (batch, frames, frames)."""
    totals = scores.unsqueeze(1).masked_fill(~same, torch.finfo(scores.dtype).min).logsumexp(-1)
    return (scores - totals).masked_fill(~same.any(-1), -torch.inf).exp()


class WindowTransformer(nn.Module):
    """Layer norm and a transformer block; returns the output and how much every step is attended to."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.dim)
        self.block = TransformerBlock(config.dim, config.heads, config.inner, config.dropout)

    def forward(self, x: Tensor, allowed: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        x, weights = self.block(self.norm(x), allowed)
        return x, received(weights, valid)


class DynamicWindowBlock(nn.Module):
    """Split, attend inside the windows (local), attend across the windows (global), give back."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.windows, self.window_length, self.unimportant = config.windows, config.window_length, config.unimportant
        self.local = WindowTransformer(config)
        self.across = WindowTransformer(config)

    def split(self, importance: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Window number and weight v of every frame, (batch, frames) each."""
        numbers, important = window_numbers(importance, valid)
        weight = torch.where(important, 1.0, self.unimportant).to(importance.dtype)
        if self.windows == "fixed":
            numbers = (torch.arange(valid.shape[1], device=valid.device) // self.window_length).expand_as(numbers)
        elif self.windows == "whole":
            numbers = torch.zeros_like(numbers)
        return numbers, weight

    def attend_inside(self, x: Tensor, numbers: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Local output (batch, frames, dim) and local score l, which sums to 1 in every window."""
        same = (numbers.unsqueeze(2) == numbers.unsqueeze(1)) & valid.unsqueeze(1) & valid.unsqueeze(2)
        x, attended = self.local(x, same, valid)
        return x, softmax_inside(attended, same)

    def forward(self, x: Tensor, importance: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, frames, dim), importance and valid (batch, frames) -> output, the next importance."""
        numbers, weight = self.split(importance, valid)
        local, score = self.attend_inside(x, numbers, valid)
        local = weight.unsqueeze(-1) * local
        count = int(numbers.masked_fill(~valid, 0).max()) + 1
        member = (torch.arange(count, device=x.device).view(1, -1, 1) == numbers.unsqueeze(1)) & valid.unsqueeze(1)
        exists, member = member.any(2), member.to(x.dtype)
        tokens = (member * score.unsqueeze(1)) @ local
        tokens, attended = self.across(tokens, exists.unsqueeze(1).expand(-1, count, -1), exists)
        window_score = masked_softmax(attended, exists)
        back = member.transpose(1, 2)
        importance = masked_softmax(score * (back @ window_score.unsqueeze(-1)).squeeze(-1), valid)
        return local + back @ tokens, importance


class Network(nn.Module):
    """Frames -> vanilla transformer block -> dynamic window blocks -> mean -> classifier."""

    def __init__(self, config: Config, features: int, classes: int) -> None:
        super().__init__()
        self.frames, self.stack = config.frames, config.stack
        self.projection: nn.Module = nn.Identity()
        if features * config.stack != config.dim:
            self.projection = nn.Linear(features * config.stack, config.dim)
        self.norm = nn.LayerNorm(config.dim)
        self.vanilla = TransformerBlock(config.dim, config.heads, config.inner, config.dropout)
        self.blocks = nn.ModuleList(DynamicWindowBlock(config) for _ in range(config.blocks))
        self.between = nn.ModuleList(nn.LayerNorm(config.dim) for _ in range(config.blocks - 1))
        first, second = config.head_dims
        self.classifier = nn.Sequential(
            nn.Linear(config.dim, first), nn.ReLU(), nn.Dropout(config.head_dropout),
            nn.Linear(first, second), nn.ReLU(), nn.Dropout(config.head_dropout), nn.Linear(second, classes),
        )  # fmt: skip
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def entry(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The first `frames` frames, stacked and projected: (batch, frames, dim), valid (batch, frames)."""
        x, valid = stacked_frames(x, lengths, self.frames, self.stack)
        return self.norm(self.projection(x)), valid

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(batch, frames, features) -> logits, mean vector (batch, dim), last importance (batch, frames)."""
        x, valid = self.entry(x, lengths)
        x, weights = self.vanilla(x, valid.unsqueeze(1).expand(-1, x.shape[1], -1))
        importance = masked_softmax(received(weights, valid), valid)
        for number, block in enumerate(self.blocks):
            x = self.between[number - 1](x) if number else x
            x, importance = block(x, importance, valid)
        pooled = masked_mean(x, valid)
        return self.classifier(pooled), pooled, importance


def _iemocap(wa: float, ua: float, certainty: Certainty, note: str) -> list[Reported]:
    """Both accuracies of one experiment."""
    return [
        Reported(corpus="iemocap", protocol="session", metric=metric, value=value, certainty=certainty, note=note)
        for metric, value in (("wa", wa), ("ua", ua))
    ]


class DWFormer(System[Config]):
    """Speech frames -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="DWFormer: Dynamic Window Transformer for Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2303.01694", inputs=("speech",), task="single label",
        official_code="scutcsq/DWFormer", licence="none",
        reported=(
            *_iemocap(0.723, 0.739, "known", "mean of 5 folds, the epoch selected on the test session"),
            Reported(corpus="meld", protocol="official", metric="weighted_f1", value=0.485, certainty="memory"),
            *_iemocap(0.6216, 0.6384, "second-hand", "independent run, frozen WavLM features"),
            *_iemocap(0.7552, 0.7623, "second-hand", "independent run, features of a fine-tuned WavLM-Large"),
        ),
        diagnostic=Diagnostic(
            mechanism="local_events", ablation={"windows": "fixed"}, margin=0.1,
            settings={"inputs": {"speech": "array:name=frames"}, "stack": 1},
            removes="windows that follow the importance",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes["speech"][0], space.size)

    def forward(self, batch: Batch) -> Outputs:
        speech: Padded = batch["speech"]
        logits, pooled, importance = self.network(speech.data, speech.lengths)
        return Outputs(logits=logits, embedding=pooled, attention=importance)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy."""
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}

    def stages(self) -> list[Stage]:
        """One stage; the learning rate restarts after 3, 6, 12 ... epochs."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = sgd_or_adam(config.optimiser, self.parameters(), config.learning_rate, config.momentum)
            schedule = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(
                optimiser, config.restart_epochs, config.restart_factor, config.final_learning_rate
            )
            return [Optimisation(optimiser, schedule, every="epoch")]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua")]
