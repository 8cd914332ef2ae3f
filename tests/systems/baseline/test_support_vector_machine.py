"""The margins are those of scikit-learn's machine on standardised features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.systems.baseline.support_vector_machine import SupportVectorMachine
from tests.systems.baseline._vectors import answers, items, scaled, solved

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]
LABELS = [int(item.target) for item in TRAIN]  # type: ignore[arg-type]


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    found = answers(solved(SupportVectorMachine, TRAIN), TEST)
    assert (found.argmax(1) == TARGETS).float().mean() > 0.7


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    found = answers(solved(SupportVectorMachine, items(60, classes=(0, 2))), TEST)
    assert set(found.argmax(1).tolist()) == {0, 2}
    assert torch.isfinite(found).all()


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="support_vector_machine needs training data of two classes"):
        solved(SupportVectorMachine, items(20, classes=(1,)))


def test_the_margins_are_those_of_scikit_learn() -> None:
    from sklearn.svm import LinearSVC

    made = solved(SupportVectorMachine, TRAIN, penalty=0.5, balanced=False)
    fitted = LinearSVC(C=0.5, dual=False).fit(scaled(made, TRAIN).double().numpy(), LABELS)
    expected = fitted.decision_function(scaled(made, TEST).double().numpy())
    np.testing.assert_allclose(answers(made, TEST), expected, atol=1e-4)
