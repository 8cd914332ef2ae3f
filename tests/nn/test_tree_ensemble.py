"""Trees walked as numbers say what scikit-learn's say, also after their sizes were taken from a state dict."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from ai4er.nn.tree_ensemble import TreeEnsemble

GENERATOR = np.random.default_rng(0)
X = GENERATOR.standard_normal((120, 6)).astype(np.float32)
LABELS = (X[:, 0] > 0).astype(int) + (X[:, 1] * X[:, 2] > 0.5)


def shares(tree: object) -> np.ndarray:
    value = tree.value[:, 0]  # type: ignore[attr-defined]
    found: np.ndarray = value / value.sum(1, keepdims=True)
    return found


def test_a_forest_is_the_mean_of_its_trees() -> None:
    forest = RandomForestClassifier(7, random_state=0).fit(X[:80], LABELS[:80])
    trees = [tree.tree_ for tree in forest.estimators_]
    made = TreeEnsemble()
    made.take(trees, [shares(tree) for tree in trees])
    np.testing.assert_allclose(made(torch.from_numpy(X)), forest.predict_proba(X), atol=1e-6)
    other = TreeEnsemble()
    other.load_state_dict(made.state_dict())
    assert torch.equal(other(torch.from_numpy(X)), made(torch.from_numpy(X)))


def test_a_value_at_the_threshold_goes_the_way_that_it_went_in_growing() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]], np.float32)
    tree = DecisionTreeClassifier().fit(x, [0, 0, 1, 1]).tree_
    made = TreeEnsemble()
    made.take([tree], [shares(tree)])
    assert made(torch.tensor([[1.5], [1.5001]])).argmax(1).tolist() == [0, 1]


def test_a_tree_of_one_leaf_asks_nothing() -> None:
    tree = DecisionTreeClassifier().fit(X, np.zeros(len(X))).tree_
    made = TreeEnsemble()
    made.take([tree], [shares(tree)])
    assert torch.equal(made(torch.from_numpy(X)), torch.ones(len(X), 1))
