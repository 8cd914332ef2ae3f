"""Batches of three parts: source, target with labels, target without; and what a system knows of both domains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.systems.adaptation._paired import PairedSystem, TargetItem
from ai4er.systems.base import StageData, SystemConfig
from ai4er.systems.batch import Batch, Item

NOT_MEASURED = -1.0
C = TypeVar("C", bound=SystemConfig)
Sampler = Callable[[Sequence[Item], np.random.Generator], list[np.ndarray]]


class Part(IntEnum):
    """Which part of a batch an item is."""

    SOURCE = 0
    TARGET = 1
    UNLABELLED_TARGET = 2


def in_turn(part_of: Callable[[Item], Part], counts: dict[Part, int], steps: int) -> Sampler:
    """Draws `steps` batches with so many items of each part, each of which is used up before it begins anew."""

    def sampler(units: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
        parts = np.array([part_of(item) for item in units])
        columns = [np.zeros((steps, 0), np.int64)]
        for part, count in counts.items():
            places = np.flatnonzero(parts == part)
            if len(places) and count:
                turns = [generator.permutation(places) for _ in range(-(-steps * count // len(places)))]
                columns.append(np.concatenate(turns)[: steps * count].reshape(steps, count))
        return list(np.concatenate(columns, axis=1))

    return sampler


def of_one(part_of: Callable[[Item], Part], part: Part, size: int) -> Sampler:
    """All items of a part once, shuffled, in batches of at most `size`."""

    def sampler(units: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
        places = generator.permutation([i for i, item in enumerate(units) if part_of(item) == part])
        return np.split(places, range(size, len(places), size))

    return sampler


def recalls(answers: Iterable[tuple[Tensor, Tensor, Tensor]]) -> dict[Part, float]:
    """The mean recall of the classes in source and target, of those that have a label.

    Of each batch the targets, the predicted classes and the parts, (batch,) each.
    """
    targets, predicted, parts = torch.cat([torch.stack(one).cpu() for one in answers], dim=1)
    found = {}
    for part in (Part.SOURCE, Part.TARGET):
        rows = (parts == part) & (targets != UNLABELLED)
        if rows.any():
            hits = [(predicted[rows & (targets == one)] == one).float().mean() for one in targets[rows].unique()]
            found[part] = float(torch.stack(hits).mean())
    return found


class PartlyLabelledSystem(PairedSystem[C]):
    """Training items are of the source or, with labels, of the target; unlabelled target items join their batches.

    The corpora of the unlabelled role are the target, unless training has no other. `batch.extras["part"]` (batch,)
    says what each item is, `batch.extras["keys"]` its corpus and id. The recalls on validation, of source and target,
    are kept as `before` and `after` an adaptation.
    """

    before: Tensor
    after: Tensor

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        for name in ("before", "after"):
            self.register_buffer(name, torch.full((2,), NOT_MEASURED))
        self.adding = 0
        self.corpora: frozenset[str] = frozenset()

    def begin(self, data: StageData) -> None:
        """Learn which corpora are the target; no item of theirs without a label is in a batch yet."""
        self.meet(data)
        target = {item.record.corpus for item in self.target}
        others = {item.record.corpus for item in data.items["train"]} - target
        self.corpora = frozenset(target if others else ())
        self.adding = 0

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """So many unlabelled target items behind the others as `adding` says."""
        drawn = generator.choice(len(self.target), self.adding, replace=self.adding > len(self.target))
        return [*items, *(self.target[i] for i in drawn)]

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the part that each item is, and the keys of the items."""
        batch = super().collate(items)
        batch.extras["part"] = torch.tensor([self.part_of(item) for item in items])
        batch.extras["keys"] = [(item.record.corpus, item.record.id) for item in items]
        return batch

    def part_of(self, item: Item) -> Part:
        """Whether an item is of the source, or of the target with a label or without."""
        if isinstance(item, TargetItem):
            return Part.UNLABELLED_TARGET
        return Part.TARGET if item.record.corpus in self.corpora else Part.SOURCE

    def both_domains(self, batches: Iterable[Batch]) -> float:
        """The mean of the recalls in source and target, of those that validation has; both are kept."""
        found = recalls((b.targets, self(b).logits.argmax(1), b.extras["part"]) for b in batches)
        self.after.copy_(torch.tensor([found.get(part, NOT_MEASURED) for part in (Part.SOURCE, Part.TARGET)]))
        return sum(found.values()) / len(found)

    def source_score(self, batches: Iterable[Batch]) -> float:
        """The recall in the source, or that in the target where validation has no source."""
        both = self.both_domains(batches)
        return both if self.after[0] == NOT_MEASURED else float(self.after[0])

    @property
    def forgetting(self) -> float | None:
        """What the adaptation has cost the source, on validation; None where that has no source."""
        return None if self.before[0] == NOT_MEASURED else float(self.before[0] - self.after[0])

    @property
    def gain(self) -> float | None:
        """What it has won in the target, on validation; None where that has no target."""
        return None if self.before[1] == NOT_MEASURED else float(self.after[1] - self.before[1])
