"""The minimum is that of scikit-learn, and a corpus says nothing of the classes that it does not have."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.nn.softmax_regression import regression
from ai4er.systems.base import StageData
from ai4er.systems.baseline.logistic_regression import Config, LogisticRegression
from ai4er.systems.batch import Item
from tests.systems.baseline._vectors import FEATURES, SPACE, items, scaled

TRAIN, TEST = items(120), items(40, seed=1)
VOTES = LabelSpace(name="votes", kind="distribution", names=SPACE.names)


def solved(training: list[Item], space: LabelSpace = SPACE, **settings: object) -> LogisticRegression:
    made = LogisticRegression(Config().override(settings), space, {"features": (FEATURES,)}, {"features": False})
    made.solve(StageData({"train": training}, made.collate, 0, torch.device("cpu")))
    return made.eval()


def answers(made: LogisticRegression, of: list[Item]) -> torch.Tensor:
    return made(made.collate(of)).logits


def test_the_weights_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression as Reference

    made = solved(TRAIN, penalty=0.02)
    x = scaled(made, TRAIN).double().numpy()
    reference = Reference(C=1 / (2 * 0.02 * len(TRAIN)), tol=1e-8, max_iter=1000)
    reference.fit(x, [int(item.target) for item in TRAIN])  # type: ignore[arg-type]
    np.testing.assert_allclose(made.weight, reference.coef_, atol=2e-3)
    expected = reference.predict_log_proba(scaled(made, TEST).double().numpy())
    np.testing.assert_allclose(answers(made, TEST).log_softmax(1), expected, atol=5e-3)


def test_nobody_says_anything_of_a_class_that_no_corpus_has() -> None:
    x = torch.randn(60, 5, generator=torch.Generator().manual_seed(0))
    weight, _ = regression(x, torch.eye(4)[torch.arange(60) % 3], ["b"] * 60, 0.01)
    assert weight[3].abs().max() == 0 < weight[2].abs().max()


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    found = answers(solved(items(60, classes=(0, 2))), TEST).softmax(1)
    assert found[:, [1, 3]].max() < 1e-6


def test_votes_are_learnt_as_shares() -> None:
    """Where the votes for the same sound are divided evenly, so are the probabilities."""
    record = TRAIN[0].record
    shares = np.array([0.5, 0.5, 0, 0], np.float32)
    x = {"features": np.zeros(FEATURES, np.float32)}
    divided = [Item(record, x, shares) for _ in range(30)]
    others = [Item(item.record, item.inputs, np.eye(4, dtype=np.float32)[int(item.target)]) for item in TRAIN]  # type: ignore[arg-type]
    found = answers(solved(divided + others, VOTES, balanced=False), divided[:1]).softmax(1)[0]
    assert found[:2].sum() > 0.7
    assert abs(float(found[0] - found[1])) < 0.1


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="logistic_regression needs training data of two classes"):
        solved(items(20, classes=(1,)))


def test_it_is_made_for_classes_only() -> None:
    with pytest.raises(Ai4erError, match="predicts label spaces of kind single, distribution"):
        solved(TRAIN, LABEL_SPACES["goemotions28"])
