"""The shares are those of scikit-learn's nearest neighbours on standardised features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.systems.baseline.k_nearest_neighbours import KNearestNeighbours
from tests.systems.baseline._vectors import answers, items, scaled, solved

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]
LABELS = [int(item.target) for item in TRAIN]  # type: ignore[arg-type]


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    found = answers(solved(KNearestNeighbours, TRAIN), TEST)
    assert (found.argmax(1) == TARGETS).float().mean() > 0.7


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    found = answers(solved(KNearestNeighbours, items(60, classes=(0, 2))), TEST)
    assert set(found.argmax(1).tolist()) == {0, 2}
    assert torch.isfinite(found).all()


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="k_nearest_neighbours needs training data of two classes"):
        solved(KNearestNeighbours, items(20, classes=(1,)))


def test_the_shares_are_those_of_scikit_learn() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    made = solved(KNearestNeighbours, TRAIN, neighbours=7)
    fitted = KNeighborsClassifier(7).fit(scaled(made, TRAIN).numpy(), LABELS)
    expected = fitted.predict_proba(scaled(made, TEST).numpy())
    np.testing.assert_allclose(answers(made, TEST).softmax(1), expected, atol=1e-5)


def test_more_neighbours_than_items_are_all_items() -> None:
    found = answers(solved(KNearestNeighbours, items(8), neighbours=50), TEST).softmax(1)
    np.testing.assert_allclose(found, 0.25, atol=1e-5)
