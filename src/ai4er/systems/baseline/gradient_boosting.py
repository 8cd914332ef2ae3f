"""Gradient boosting on utterance features: small trees, each of which corrects the sum of those before it.

Reference: Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29(5), 2001;
with a sample of the items for every tree: Friedman, "Stochastic Gradient Boosting", 2002.

Known: the machine, which scikit-learn fits; its trees are kept as numbers and walked here, so that nothing has to be
unpickled. Chosen: 100 rounds of one tree a class, three questions deep, half of the items a round and a random few
features at every node, rate 0.1, all classes of the same weight (so that the first guess is that all are equally
probable), and the library's open set of functionals. Reported numbers: not found for these features.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pydantic
from torch import Tensor

from ai4er.nn.linear_svm import ABSENT
from ai4er.systems.baseline._trees import TreeBaseline
from ai4er.systems.baseline._vectors import VectorConfig
from ai4er.systems.card import Card


class Config(VectorConfig):
    """`rounds` trees a class of at most `depth` questions, each grown on the share `sample` and weighed by `rate`."""

    rounds: int = pydantic.Field(100, ge=1)
    depth: int = pydantic.Field(3, ge=1)
    sample: float = pydantic.Field(0.5, gt=0, le=1)
    rate: float = pydantic.Field(0.1, gt=0)

    @classmethod
    def small(cls) -> Self:
        return cls(rounds=20)


class GradientBoosting(TreeBaseline[Config]):
    """Utterance features -> the sum of the trees of every class."""

    config_class = Config
    card = Card(
        title="Greedy Function Approximation: A Gradient Boosting Machine", venue="Annals of Statistics", year=2001,
        paper="doi 10.1214/aos/1013203451", inputs=("any",), task="single label", official_code="scikit-learn",
        licence="BSD-3-Clause",
    )  # fmt: skip

    def grow(self, x: np.ndarray, labels: np.ndarray, seed: int) -> tuple[list[Any], list[np.ndarray]]:
        from sklearn.ensemble import GradientBoostingClassifier
        from sklearn.utils.class_weight import compute_sample_weight

        config = self.config
        machine = GradientBoostingClassifier(
            n_estimators=config.rounds, max_depth=config.depth, subsample=config.sample, learning_rate=config.rate,
            max_features="sqrt", init="zero", random_state=seed,
        ).fit(x, labels, compute_sample_weight("balanced", labels))  # fmt: skip
        classes = len(machine.classes_)
        sides = np.eye(classes) if classes > 2 else np.array([[0.0, 1.0]])  # two classes share one tree a round
        grown = [(tree.tree_, side) for stage in machine.estimators_ for tree, side in zip(stage, sides)]
        weight = config.rate * len(grown)  # the ensemble takes the mean, and the machine the sum
        return [tree for tree, _ in grown], [weight * tree.value[:, 0] * side for tree, side in grown]

    def logits(self, x: Tensor) -> Tensor:
        return self.leaves(x, ABSENT)
