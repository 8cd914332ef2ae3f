"""The probabilities are those of scikit-learn's machine on standardised features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.systems.baseline.gradient_boosting import GradientBoosting
from tests.systems.baseline._vectors import answers, items, scaled, solved

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    found = answers(solved(GradientBoosting, TRAIN), TEST)
    assert (found.argmax(1) == TARGETS).float().mean() > 0.7


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="gradient_boosting needs training data of two classes"):
        solved(GradientBoosting, items(20, classes=(1,)))


@pytest.mark.parametrize("classes", [(0, 1, 2, 3), (0, 3), (1, 2, 3)])
def test_the_probabilities_are_those_of_scikit_learn(classes: tuple[int, ...]) -> None:
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.utils.class_weight import compute_sample_weight

    training = items(90, classes=classes)[:-1]
    labels = [int(item.target) for item in training]  # type: ignore[arg-type]
    made = solved(GradientBoosting, training, rounds=15, rate=0.3)
    fitted = GradientBoostingClassifier(
        n_estimators=15, learning_rate=0.3, subsample=0.5, max_features="sqrt", init="zero", random_state=0
    ).fit(scaled(made, training).numpy(), labels, compute_sample_weight("balanced", labels))
    found = answers(made, TEST).softmax(1)
    np.testing.assert_allclose(found[:, list(classes)], fitted.predict_proba(scaled(made, TEST).numpy()), atol=1e-5)
    assert found.sum(1).allclose(torch.ones(len(TEST))) and found[:, list(classes)].sum(1).allclose(torch.ones(40))
