"""A random forest on utterance features: the mean of many decision trees, each grown on a sample of the items.

Reference: Breiman, "Random Forests", Machine Learning 45, 2001.

Known: the forest, which scikit-learn grows; its trees are kept as numbers and walked here, so that nothing has to be
unpickled. Chosen: 200 trees, all classes of the same weight, and the library's open set of functionals. Reported
numbers: not found for these features.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pydantic
from torch import Tensor

from ai4er.systems.baseline._trees import TreeBaseline, class_shares
from ai4er.systems.baseline._vectors import VectorConfig, logarithms
from ai4er.systems.card import Card


class Config(VectorConfig):
    """`trees` of at most `depth` questions (0: until the leaves are pure); `leaf` is the fewest items of a leaf."""

    trees: int = pydantic.Field(200, ge=1)
    depth: int = pydantic.Field(0, ge=0)
    leaf: int = pydantic.Field(1, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(trees=30)


class RandomForest(TreeBaseline[Config]):
    """Utterance features -> logarithm of the mean class share of the leaves."""

    config_class = Config
    card = Card(
        title="Random Forests", venue="Machine Learning", year=2001, paper="doi 10.1023/A:1010933404324",
        inputs=("any",), task="single label", official_code="scikit-learn", licence="BSD-3-Clause",
    )  # fmt: skip

    def grow(self, x: np.ndarray, labels: np.ndarray, seed: int) -> tuple[list[Any], list[np.ndarray]]:
        from sklearn.ensemble import RandomForestClassifier

        config = self.config
        forest = RandomForestClassifier(
            config.trees, max_depth=config.depth or None, min_samples_leaf=config.leaf, class_weight="balanced",
            max_features="sqrt", random_state=seed,
        ).fit(x, labels)  # fmt: skip
        trees = [tree.tree_ for tree in forest.estimators_]
        return trees, [class_shares(tree) for tree in trees]

    def logits(self, x: Tensor) -> Tensor:
        return logarithms(self.leaves(x))
