"""What DST and MSTR, two systems of one laboratory, share: blocks over frames, whose class scores are averaged.

Layer norm and sinusoidal positions, a stack of blocks, then a classifier of every frame; the logits of an utterance
are the mean of those of its frames.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeVar

import pydantic
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.pooling import masked_mean
from ai4er.nn.positions import sinusoidal_positions
from ai4er.nn.stacked_frames import stacked_frames
from ai4er.systems._inputs import need_vectors
from ai4er.systems._optimisers import sgd_or_adam
from ai4er.systems._schedules import cosine
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, as_sequence


class AveragedFramesConfig(SystemConfig):
    """`frames` is the longest utterance; `stack` of them side by side make one step (1 in the papers)."""

    frames: int = pydantic.Field(326, ge=1)
    stack: int = pydantic.Field(1, ge=1)
    dim: int = pydantic.Field(1024, ge=1)
    heads: int = pydantic.Field(8, ge=1)
    inner: int = pydantic.Field(512, ge=1)
    layers: int = pydantic.Field(4, ge=1)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    head_dims: tuple[int, ...] = (512, 256)
    optimiser: Literal["sgd", "adam"] = "sgd"
    learning_rate: float = 5e-4
    momentum: float = 0.9
    batch_size: int = 32
    epochs: int = 120

    @pydantic.model_validator(mode="after")
    def _heads_divide(self) -> AveragedFramesConfig:
        if self.dim % self.heads:
            raise ValueError(f"dim={self.dim} must be a multiple of heads={self.heads}")
        return self

    @property
    def steps(self) -> int:
        """The steps of the longest utterance."""
        return -(-self.frames // self.stack)


class AveragedFrames(nn.Module):
    """Frames -> norm, positions -> blocks (x, valid) -> classifier of every frame -> mean over the real frames."""

    def __init__(self, config: AveragedFramesConfig, blocks: Iterable[nn.Module], features: int, classes: int) -> None:
        super().__init__()
        self.frames, self.stack = config.frames, config.stack
        features *= config.stack
        self.projection: nn.Module = nn.Identity() if features == config.dim else nn.Linear(features, config.dim)
        self.norm = nn.LayerNorm(config.dim)
        self.blocks = nn.ModuleList(blocks)
        self.classifier = multilayer_perceptron((config.dim, *config.head_dims, classes), nn.ReLU, config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, frames, features), lengths (batch,) -> logits (batch, classes), mean frame (batch, dim)."""
        x, valid = stacked_frames(x, lengths, self.frames, self.stack)
        x = self.norm(self.projection(x))
        x = x + sinusoidal_positions(x.shape[1], x.shape[2], x.device).to(x.dtype)
        for block in self.blocks:
            x = block(x, valid)
        return masked_mean(self.classifier(x), valid), masked_mean(x, valid)


C = TypeVar("C", bound=AveragedFramesConfig)


class AveragedFramesSystem(System[C]):
    """Speech frames -> class logits; a subclass says what its blocks are."""

    toy = "synthetic_speech"

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, ("speech",))
        self.network = AveragedFrames(config, self.blocks(), shapes["speech"][0], space.size)

    def blocks(self) -> Iterable[nn.Module]:
        """The blocks; called with x (batch, steps, dim) and valid (batch, steps)."""
        raise NotImplementedError

    def parameter_groups(self) -> list[dict[str, Any]]:
        """What the optimiser trains, as its groups."""
        return [{"params": list(self.parameters())}]

    def forward(self, batch: Batch) -> Outputs:
        speech = as_sequence(batch["speech"])
        logits, mean = self.network(speech.data, speech.lengths)
        return Outputs(logits=logits, embedding=mean)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy."""
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}

    def stages(self) -> list[Stage]:
        """One stage under half a cosine; the epoch of the best validation UA is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = sgd_or_adam(config.optimiser, self.parameter_groups(), config.learning_rate, config.momentum)
            return [Optimisation(optimiser, cosine(optimiser, 0, steps))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua")]
