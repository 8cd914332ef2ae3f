"""Batches of two corpora: as many items of the unlabelled target as of the labelled source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from torch import Tensor

from ai4er.labels import LabelSpace
from ai4er.nn.gradient_reversal import reversal_schedule
from ai4er.systems.base import Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item

C = TypeVar("C", bound=SystemConfig)


@dataclass(frozen=True)
class TargetItem(Item):
    """An item of the target corpus in a training batch; it never has a target."""


class PairedSystem(System[C]):
    """Trains on batches of source items with as many target items behind them, drawn anew for each batch.

    A stage names `meet` (or a method that calls it) as what comes before it. `batch.extras["of_target"]` (batch,) says
    which items are of the target: none outside of training. `ramp` rises from 0 to 1 over all steps of the stage whose
    `optimise` calls `expect`.
    """

    roles: ClassVar[tuple[str, ...]] = ("train", "unlabelled")
    toy = "synthetic_speech"
    progress: Tensor

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.register_buffer("progress", torch.zeros(()))
        self.steps = 1
        self.target: Sequence[TargetItem] = ()

    def meet(self, data: StageData) -> None:
        """Keep the items of the target, without whatever is known of their labels."""
        self.target = [TargetItem(item.record, item.inputs) for item in data.items["unlabelled"]]

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """Target items behind those of the source; none twice in a batch where there are enough."""
        drawn = generator.choice(len(self.target), len(items), replace=len(items) > len(self.target))
        return [*items, *(self.target[i] for i in drawn)]

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also says which items are of the target."""
        batch = super().collate(items)
        batch.extras["of_target"] = torch.tensor([isinstance(item, TargetItem) for item in items])
        return batch

    def expect(self, steps: int) -> None:
        """The number of steps over which `ramp` rises."""
        self.steps = steps

    def advance(self) -> None:
        """One step is done."""
        self.progress += 1 / self.steps

    def ramp(self) -> float:
        """2 / (1 + exp(-10 p)) - 1, p the share of the steps that are done."""
        return reversal_schedule(float(self.progress))

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """The plain step, counted."""
        terms = super().step(batch, stage, optimisers, backward)
        self.advance()
        return terms
