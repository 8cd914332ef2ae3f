"""Bilevel training: one half of the training part teaches the weights, the other what the weights depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ai4er.nn.architecture_search import unrolled_gradients
from ai4er.systems.base import StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item

C = TypeVar("C", bound=SystemConfig)
OTHER = "other_half"


@dataclass(frozen=True)
class OtherHalfItem(Item):
    """An item of the half that teaches the architecture, behind those for the weights in a batch."""


@dataclass(frozen=True)
class Bilevel:
    """What is learnt by which half, and how: `order` 2 sees the weights follow the architecture by one step.

    `clip` is the largest gradient norm of the weights.
    """

    weights: Sequence[nn.Parameter]
    architecture: Sequence[nn.Parameter]
    order: Literal[1, 2]
    clip: float


class BilevelSystem(System[C]):
    """A stage of two levels names `halve` as what comes before it, and `of_half` as its sampler; `together` ends it."""

    other_half: Sequence[OtherHalfItem] = ()
    own_half: frozenset[tuple[str, str]] = frozenset()

    def halve(self, data: StageData) -> None:
        """Part the training data, in the same way for every stage of a run."""
        items = data.items["train"]
        own, other = np.array_split(np.random.default_rng([data.seed, 0]).permutation(len(items)), 2)
        chosen = [items[i] for i in other]
        self.other_half = [OtherHalfItem(item.record, item.inputs, item.target, item.ratings) for item in chosen]
        self.own_half = frozenset(_key(items[i]) for i in own)

    def together(self) -> None:
        """All training data are for the weights again."""
        self.other_half, self.own_half = (), frozenset()

    def of_half(self, size: int) -> Callable[[Sequence[Item], np.random.Generator], list[np.ndarray]]:
        """A sampler of shuffled batches of the half from which weights are learnt."""

        def draw(items: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
            own = generator.permutation([i for i, item in enumerate(items) if _key(item) in self.own_half])
            return [own[start : start + size] for start in range(0, len(own), size)]

        return draw

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """As many items of the other half behind those for the weights, while there are halves."""
        there = len(self.other_half)
        drawn = generator.choice(there, min(len(items), there), replace=False) if there else ()
        return [*items, *(self.other_half[i] for i in drawn)]

    def collate(self, items: Sequence[Item]) -> Batch:
        """Items of the other half are a batch of their own, in `extras[OTHER]`: its inputs and its `targets`."""
        batch = super().collate([item for item in items if not isinstance(item, OtherHalfItem)])
        if others := [item for item in items if isinstance(item, OtherHalfItem)]:
            other = super().collate(others)
            batch.extras[OTHER] = {**other.inputs, "targets": other.targets}
        return batch

    def bilevel_step(
        self, batch: Batch, terms: Callable[[Mapping[str, Any], Tensor], dict[str, Tensor]], bilevel: Bilevel,
        optimisers: Sequence[Any], backward: Callable[[Tensor], None],
    ) -> dict[str, Tensor]:  # fmt: skip
        """The architecture learns from the other half, then the weights from theirs; the terms of the latter.

        `terms` are those of the loss, given inputs and targets; the optimisers are of weights and of architecture.
        """
        by_weights, by_architecture = optimisers

        def loss(inputs: Mapping[str, Any], targets: Tensor) -> Tensor:
            return torch.stack(list(terms(inputs, targets).values())).sum()

        self.zero_grad()
        if (other := batch.extras.get(OTHER)) is not None:
            if bilevel.order == 1:
                backward(loss(other, other["targets"]))
            else:
                gradients = unrolled_gradients(
                    lambda: loss(batch.inputs, batch.targets), lambda: loss(other, other["targets"]),
                    bilevel.weights, bilevel.architecture, by_weights.param_groups[0]["lr"],
                )  # fmt: skip
                for parameter, gradient in zip(bilevel.architecture, gradients):
                    parameter.grad = gradient
            by_architecture.step()
            self.zero_grad()
        found = terms(batch.inputs, batch.targets)
        backward(torch.stack(list(found.values())).sum())
        nn.utils.clip_grad_norm_(bilevel.weights, bilevel.clip)
        by_weights.step()
        return found


def _key(item: Item) -> tuple[str, str]:
    return item.record.corpus, item.record.id
