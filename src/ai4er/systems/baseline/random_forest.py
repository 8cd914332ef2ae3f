"""A random forest on utterance features: the mean of many decision trees, each grown on a sample of the items.

Reference: Breiman, "Random Forests", Machine Learning 45, 2001.

Known: the forest, which scikit-learn grows; its trees are kept as numbers and walked here, so that nothing has to be
unpickled. Chosen: 200 trees, all classes of the same weight, and the library's open set of functionals. Reported
numbers: not found for these features. `trees=1,sample=false` is a decision tree (Breiman et al. 1984).
"""

from __future__ import annotations

from typing import Self

import pydantic
import torch
from torch import Tensor

from ai4er.labels import LabelSpace
from ai4er.nn.tree_ensemble import TreeEnsemble
from ai4er.systems.baseline._vectors import VectorBaseline, VectorConfig, all_classes, logarithms
from ai4er.systems.card import Card


class Config(VectorConfig):
    """`trees` of at most `depth` questions (0: until the leaves are pure); `leaf` is the fewest items of a leaf.

    `sample` grows each tree on items drawn with replacement and asks about a random few features at every node.
    """

    trees: int = pydantic.Field(200, ge=1)
    depth: int = pydantic.Field(0, ge=0)
    leaf: int = pydantic.Field(1, ge=1)
    sample: bool = True

    @classmethod
    def small(cls) -> Self:
        return cls(trees=30)


class RandomForest(VectorBaseline[Config]):
    """Utterance features -> logarithm of the mean class share of the leaves."""

    config_class = Config
    present: Tensor
    card = Card(
        title="Random Forests", venue="Machine Learning", year=2001, paper="doi 10.1023/A:1010933404324",
        inputs=("any",), task="single label", official_code="scikit-learn", licence="BSD-3-Clause",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.forest = TreeEnsemble()
        self.register_buffer("present", torch.zeros(space.size, dtype=torch.bool))

    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        from sklearn.ensemble import RandomForestClassifier

        config = self.config
        forest = RandomForestClassifier(
            config.trees, max_depth=config.depth or None, min_samples_leaf=config.leaf, class_weight="balanced",
            bootstrap=config.sample, max_features="sqrt" if config.sample else None, random_state=seed,
        ).fit(x.numpy(), labels.numpy())  # fmt: skip
        trees = [tree.tree_ for tree in forest.estimators_]
        shares = [tree.value[:, 0] / tree.value[:, 0].sum(1, keepdims=True) for tree in trees]
        self.forest.take(trees, shares)
        self.present.zero_()
        self.present[labels.unique()] = True

    def logits(self, x: Tensor) -> Tensor:
        return logarithms(all_classes(self.forest(x), self.present.nonzero().squeeze(1), self.space.size))
