"""A decision tree on utterance features: a few questions, each about one feature, that a person can read.

Reference: Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees", Wadsworth 1984.

Known: the tree, which scikit-learn grows by Gini impurity; it is kept as numbers and walked here, so that nothing has
to be unpickled. Chosen: at most six questions to a leaf, five items in a leaf at least, all classes of the same
weight, and the library's open set of functionals. Reported numbers: not found for these features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic
from torch import Tensor

from ai4er.systems.baseline._trees import TreeBaseline, class_shares
from ai4er.systems.baseline._vectors import VectorConfig, logarithms
from ai4er.systems.card import Card


class Config(VectorConfig):
    """At most `depth` questions (0: until the leaves are pure); `leaf` is the fewest items of a leaf."""

    depth: int = pydantic.Field(6, ge=0)
    leaf: int = pydantic.Field(5, ge=1)


class DecisionTree(TreeBaseline[Config]):
    """Utterance features -> logarithm of the class shares of one leaf."""

    config_class = Config
    card = Card(
        title="Classification and Regression Trees", venue="Wadsworth", year=1984, paper="ISBN 978-0-412-04841-8",
        inputs=("any",), task="single label", official_code="scikit-learn", licence="BSD-3-Clause",
    )  # fmt: skip

    def grow(self, x: np.ndarray, labels: np.ndarray, seed: int) -> tuple[list[Any], list[np.ndarray]]:
        from sklearn.tree import DecisionTreeClassifier

        config = self.config
        tree = DecisionTreeClassifier(
            max_depth=config.depth or None, min_samples_leaf=config.leaf, class_weight="balanced", random_state=seed
        ).fit(x, labels)
        return [tree.tree_], [class_shares(tree.tree_)]

    def logits(self, x: Tensor) -> Tensor:
        return logarithms(self.leaves(x))
