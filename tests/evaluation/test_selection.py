"""What choosing an epoch on test is worth: nothing with one epoch, more with every further one."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.selection import HABITS, reported, selection_bias


def noisy(runs: int = 200, epochs: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Learning curves that rise to 0.7, measured with noise on two small parts."""
    generator = np.random.default_rng(0)
    truth = 0.7 - 0.4 * np.exp(-np.arange(epochs) / 8)
    valid, test = truth + 0.03 * generator.standard_normal((2, runs, epochs))
    return valid, test


def test_the_bias_is_never_negative_and_none_for_one_epoch() -> None:
    valid, test = noisy()
    assert (selection_bias(valid, test) >= 0).all()
    assert (selection_bias(valid[:, :1], test[:, :1]) == 0).all()


def test_the_bias_grows_with_the_number_of_epochs() -> None:
    flat = 0.6 + 0.03 * np.random.default_rng(1).standard_normal((2, 400, 128))
    means = [selection_bias(flat[0][:, :last], flat[1][:, :last]).mean() for last in (1, 2, 8, 32, 128)]
    assert means[0] == 0 and all(np.diff(means) > 0)
    # The expected maximum of 128 standard normals is 2.6 deviations, that of the chosen one none.
    assert means[-1] == pytest.approx(0.03 * 2.6, rel=0.1)


def test_every_habit_reports_the_epoch_that_it_says() -> None:
    valid = {"ua": np.array([[0.1, 0.9, 0.2, np.nan]])}
    test = {
        "wa": np.array([[0.1, 0.2, 0.4, np.nan]]), "ua": np.array([[0.6, 0.3, 0.2, np.nan]]),
        "weighted_f1": np.array([[0.1, 0.5, 0.2, np.nan]]),
    }  # fmt: skip
    found = {
        habit.name: (reported(habit, valid, test, "wa")[0], reported(habit, valid, test, "ua")[0]) for habit in HABITS
    }
    assert found == {
        "best UA on validation": (0.2, 0.3),
        "last epoch": (0.4, 0.2),
        "best WA and best UA on test, apart": (0.4, 0.6),
        "best WA + UA on test": (0.1, 0.6),
        "best weighted F1 on test": (0.2, 0.3),
    }


def test_without_validation_nobody_can_choose_on_it() -> None:
    test = np.array([[0.1, 0.2]])
    with pytest.raises(Ai4erError, match="use a protocol with a validation part"):
        selection_bias(np.full((1, 2), np.nan), test)
