"""The shares are those of scikit-learn's forest on standardised features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.systems.baseline.random_forest import RandomForest
from tests.systems.baseline._vectors import answers, items, scaled, solved

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]
LABELS = [int(item.target) for item in TRAIN]  # type: ignore[arg-type]


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    found = answers(solved(RandomForest, TRAIN), TEST)
    assert (found.argmax(1) == TARGETS).float().mean() > 0.7


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    found = answers(solved(RandomForest, items(60, classes=(0, 2))), TEST)
    assert set(found.argmax(1).tolist()) == {0, 2}
    assert torch.isfinite(found).all()


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="random_forest needs training data of two classes"):
        solved(RandomForest, items(20, classes=(1,)))


def test_the_shares_are_those_of_scikit_learn() -> None:
    from sklearn.ensemble import RandomForestClassifier

    made = solved(RandomForest, TRAIN, trees=20)
    fitted = RandomForestClassifier(20, class_weight="balanced", random_state=0)
    fitted.fit(scaled(made, TRAIN).numpy(), LABELS)
    np.testing.assert_allclose(answers(made, TEST).softmax(1), fitted.predict_proba(scaled(made, TEST)), atol=1e-4)
