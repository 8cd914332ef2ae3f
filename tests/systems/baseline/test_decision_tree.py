"""The shares are those of scikit-learn's tree on standardised features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.systems.baseline.decision_tree import DecisionTree
from tests.systems.baseline._vectors import answers, items, scaled, solved

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]
LABELS = [int(item.target) for item in TRAIN]  # type: ignore[arg-type]


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    found = answers(solved(DecisionTree, items(600)), TEST)
    assert (found.argmax(1) == TARGETS).float().mean() > 0.6


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    found = answers(solved(DecisionTree, items(60, classes=(0, 2))), TEST)
    assert set(found.argmax(1).tolist()) == {0, 2}
    assert torch.isfinite(found).all()


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="decision_tree needs training data of two classes"):
        solved(DecisionTree, items(20, classes=(1,)))


def test_the_shares_are_those_of_scikit_learn() -> None:
    from sklearn.tree import DecisionTreeClassifier

    made = solved(DecisionTree, TRAIN, depth=4)
    fitted = DecisionTreeClassifier(max_depth=4, min_samples_leaf=5, class_weight="balanced", random_state=0)
    fitted.fit(scaled(made, TRAIN).numpy(), LABELS)
    np.testing.assert_allclose(answers(made, TEST).softmax(1), fitted.predict_proba(scaled(made, TEST)), atol=1e-4)


def test_a_whole_tree_knows_its_training_items_by_heart() -> None:
    found = answers(solved(DecisionTree, TRAIN, depth=0, leaf=1), TRAIN)
    assert found.argmax(1).tolist() == LABELS
