"""What the baselines that are trained by gradients have in common: one loss for each kind of label, one stage."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TypeVar

import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.losses.class_weights import class_weights
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.baseline._vectors import labelled_batches, training_targets
from ai4er.systems.batch import Batch

_SELECT = {"single": "ua", "multi": "jaccard", "dimensions": "ccc", "score": "mae"}


class TrainedConfig(SystemConfig):
    """The recipe of AdamW; the epoch with the best validation value is kept, `patience` epochs after it are the last.

    `balanced` weighs the classes of a single label by the inverse of their frequency.
    """

    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    balanced: bool = True
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    weight_decay: float = pydantic.Field(1e-2, ge=0)
    clip: float = pydantic.Field(5.0, gt=0)
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = pydantic.Field(40, ge=1)
    patience: int | None = pydantic.Field(10, ge=1)


C = TypeVar("C", bound=TrainedConfig)


class TrainedBaseline(System[C]):
    """`answer` gives one vector of numbers an item: class logits, or values in units of their deviation in training."""

    kinds = ("single", "multi", "dimensions", "score")
    toy = "synthetic_speech"
    weights: Tensor

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.targets = Standardisation(space.size)
        self.register_buffer("weights", torch.ones(space.size))

    @abstractmethod
    def answer(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Numbers (items, names) of a batch, and the vector that they are made of, (items, features)."""

    @abstractmethod
    def measure(self, batches: Iterable[Batch]) -> None:
        """Take the statistics of the inputs from the training part."""

    def forward(self, batch: Batch) -> Outputs:
        found, vector = self.answer(batch)
        if self.space.is_classes:
            return Outputs(logits=found, embedding=vector)
        values = found * self.targets.deviation + self.targets.mean
        return Outputs(values=values, embedding=vector, extras={"standardised": found})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy for one label, for each of several, or the squared error of standardised values."""
        if self.space.kind == "single":
            weight = self.weights if self.config.balanced else None
            return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets, weight)}
        if self.space.kind == "multi":
            loss = functional.binary_cross_entropy_with_logits(outputs.logits, batch.targets)
            return {"binary_cross_entropy": loss}
        error = outputs.extras["standardised"] - self.targets(batch.targets)
        return {"squared_error": error.square().mean()}

    def prepare(self, data: StageData) -> None:
        """Statistics of inputs and targets of the training part."""
        self.measure(labelled_batches(data))
        targets = training_targets(data)
        if self.space.kind == "single":
            self.weights.copy_(class_weights(targets.bincount(minlength=self.space.size)))
        elif not self.space.is_classes:
            self.targets.measure([(targets.to(data.device), targets.isfinite().all(1).to(data.device))])

    def stages(self) -> list[Stage]:
        """One stage; batches of similar length."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            decay = config.weight_decay
            return [Optimisation(torch.optim.AdamW(self.parameters(), config.learning_rate, weight_decay=decay))]

        return [
            Stage(
                "train", config.epochs, config.batch_size, optimise, select=_SELECT[self.space.kind],
                patience=config.patience, clip=config.clip, before="prepare", buckets=any(self.timed.values()),
            )
        ]  # fmt: skip
