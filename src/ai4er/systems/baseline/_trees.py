"""What the baselines made of decision trees have in common: scikit-learn grows the trees, numbers of them are kept."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from ai4er.labels import LabelSpace
from ai4er.nn.tree_ensemble import TreeEnsemble
from ai4er.systems.baseline._vectors import VectorBaseline, VectorConfig

C = TypeVar("C", bound=VectorConfig)


class TreeBaseline(VectorBaseline[C]):
    """One vector an item -> the mean of what the leaves of all trees say."""

    present: Tensor

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.trees = TreeEnsemble()
        self.register_buffer("present", torch.zeros(space.size, dtype=torch.bool))

    @abstractmethod
    def grow(self, x: np.ndarray, labels: np.ndarray, seed: int) -> tuple[Sequence[Any], Sequence[np.ndarray]]:
        """The trees (`estimator.tree_`), and the values of the nodes of each, (nodes, classes that are there)."""

    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        self.trees.take(*self.grow(x.numpy(), labels.numpy(), seed))
        self.present.zero_()
        self.present[labels.unique()] = True

    def leaves(self, x: Tensor, absent: float = 0.0) -> Tensor:
        """What the trees say, (items, classes), and `absent` for classes that training did not have."""
        found = self.trees(x)
        whole = found.new_full((len(x), self.space.size), absent)
        whole[:, self.present] = found
        return whole


def class_shares(tree: Any) -> np.ndarray:
    """The share of every class in the nodes of a classification tree, (nodes, classes)."""
    counts: np.ndarray = tree.value[:, 0]
    return counts / counts.sum(1, keepdims=True)
