"""Folds and seeds as one number: pooled and as a mean over folds, which differ on unequal folds."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.aggregation import aggregate
from ai4er.evaluation.metrics import METRICS
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import ALL_FOLDS, ResultRow
from ai4er.labels import label_space

SPACE = label_space("iemocap4")


def predicted(targets: list[int], answers: list[int]) -> Predictions:
    return Predictions(np.arange(len(targets)), np.array(targets), np.eye(4)[answers], SPACE)


def rows(seed: int, folds: list[float], pooled: float) -> list[ResultRow]:
    common = {"system": "s", "corpus": "c", "protocol": "loso", "seed": seed, "metric": "wa"}
    single = [ResultRow(**common, fold=str(i), value=value) for i, value in enumerate(folds)]
    return [*single, ResultRow(**common, fold=ALL_FOLDS, value=pooled, low=pooled - 0.1, high=pooled + 0.1)]


def test_neutral_for_all_of_iemocap_scores_31_and_25_and_a_perfect_run_100_percent() -> None:
    targets = np.repeat([0, 1, 2, 3], [1103, 1636, 1708, 1084]).tolist()
    neutral, perfect = predicted(targets, [2] * 5531), predicted(targets, targets)
    assert f"{METRICS['wa'](neutral):.2%} {METRICS['ua'](neutral):.2%}" == "30.88% 25.00%"
    assert METRICS["wa"](perfect) == METRICS["ua"](perfect) == 1


def test_pooled_and_mean_of_folds_differ_on_unequal_folds_and_both_are_given() -> None:
    small, large = predicted([0, 1], [0, 1]), predicted([0, 1, 2, 3, 0, 1, 2, 3], [0, 0, 0, 0, 0, 0, 0, 0])
    folds = [METRICS["wa"](small), METRICS["wa"](large)]
    found = aggregate(rows(0, folds, pooled=4 / 10), "wa")
    assert (found.pooled, found.of_folds, found.folds, found.seeds) == (0.4, 0.625, 2, 1)
    assert (str(found), found.by_fold) == ("0.400 [0.300, 0.500]", "0.625")


def test_seeds_give_a_mean_and_a_standard_deviation() -> None:
    found = aggregate([*rows(0, [0.4, 0.6], 0.5), *rows(1, [0.5, 0.9], 0.7)], "wa")
    assert (found.pooled, found.of_folds, found.seeds) == (pytest.approx(0.6), pytest.approx(0.6), 2)
    assert found.of_folds_deviation == pytest.approx(np.std([0.5, 0.7], ddof=1)) == found.pooled_deviation
    assert found.by_fold == "0.600 ± 0.141"


def test_a_metric_that_is_not_there_says_which_are() -> None:
    with pytest.raises(Ai4erError, match="no ua of single folds and of all of them: it has wa"):
        aggregate(rows(0, [0.5], 0.5), "ua")
