"""Decision trees of a kept library, walked for all items and trees at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ai4er.nn.fitted import Fitted


class TreeEnsemble(Fitted):
    """The mean of what the leaves of all trees say: x (items, features) -> (items, values).

    The nodes of all trees stand in one list: `feature` (nodes,) and `threshold` (nodes,) ask a question, `answers`
    (nodes, 2) are the nodes that follow where the feature is at most the threshold, and above; a leaf is followed by
    itself. `values` (nodes, values), `roots` (trees,).
    """

    feature: Tensor
    threshold: Tensor
    answers: Tensor
    values: Tensor
    roots: Tensor
    depth: Tensor

    def __init__(self) -> None:
        super().__init__("feature", "threshold", "answers", "values", "roots", "depth")

    def take(self, trees: Sequence[Any], values: Sequence[np.ndarray]) -> None:
        """The trees of scikit-learn (`estimator.tree_`), and the values of the nodes of each, (nodes, values)."""
        sizes = [tree.node_count for tree in trees]
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        answers = [
            np.where(
                tree.children_left[:, None] < 0,
                root + np.arange(tree.node_count)[:, None],
                root + np.stack([tree.children_left, tree.children_right], 1),
            )
            for root, tree in zip(roots, trees)
        ]
        self.keep(
            feature=torch.from_numpy(np.concatenate([tree.feature for tree in trees]).clip(min=0)),
            threshold=torch.from_numpy(np.concatenate([tree.threshold for tree in trees])),
            answers=torch.from_numpy(np.concatenate(answers)),
            values=torch.from_numpy(np.concatenate(list(values)).astype(np.float32)),
            roots=torch.from_numpy(roots),
            depth=torch.tensor(max(tree.max_depth for tree in trees)),
        )

    def forward(self, x: Tensor) -> Tensor:
        node = self.roots.expand(len(x), -1)
        for _ in range(int(self.depth)):
            asked = x.gather(1, self.feature[node])
            above = (asked.double() > self.threshold[node]).long()
            node = self.answers[node].gather(2, above.unsqueeze(2)).squeeze(2)
        return self.values[node].mean(1)
