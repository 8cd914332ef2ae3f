"""Fairness gaps on constructed cases: 0 where groups are treated alike, 1 where they are treated as opposites."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.fairness import GAPS, by_chance, fairness_metric, group_counts
from ai4er.evaluation.intervals import interval
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace


def predictions(
    target: Sequence[int], predicted: Sequence[int], classes: int = 2, speakers: Sequence[str] | None = None
) -> Predictions:
    space = LabelSpace(name="toy", kind="single", names=tuple("abcdef"[:classes]))
    ids = np.array([f"toy/{i}" for i in range(len(target))])
    given = None if speakers is None else np.array(speakers)
    return Predictions(ids, np.array(target), np.eye(classes)[list(predicted)], space, given)


def gap(name: str, found: Predictions, groups: Sequence[str]) -> float:
    return fairness_metric(name, groups)(found)


@pytest.mark.parametrize("name", GAPS)
def test_both_groups_with_the_same_items_and_answers_have_no_gap(name: str) -> None:
    target, predicted = [0, 1, 2, 0, 1, 2], [0, 1, 1, 2, 1, 2]
    found = predictions(target * 2, predicted * 2, classes=3)
    assert gap(name, found, ["female"] * 6 + ["male"] * 6) == pytest.approx(0)


@pytest.mark.parametrize("name", ["statistical_parity", "equal_opportunity", "equalised_odds"])
def test_one_class_for_one_group_and_the_other_for_the_other_is_a_gap_of_1(name: str) -> None:
    found = predictions([0, 1, 0, 1], [0, 0, 1, 1])
    assert gap(name, found, ["female", "female", "male", "male"]) == pytest.approx(1)


def test_statistical_parity_asks_what_is_said_and_equal_opportunity_whether_it_is_right() -> None:
    """A perfect predictor of groups with different class shares is fair in the second sense only."""
    target = [0, 0, 0, 1, 0, 1, 1, 1]
    found, groups = predictions(target, target), ["f"] * 4 + ["m"] * 4
    assert gap("statistical_parity", found, groups) == pytest.approx(0.5)
    assert [gap(name, found, groups) for name in ("equal_opportunity", "equalised_odds", "recall")] == [0, 0, 0]


def test_equalised_odds_sees_false_alarms_that_equal_opportunity_does_not() -> None:
    """Class a is always found; in one group half of b is taken for a, in three classes c never is."""
    target, predicted = [0, 0, 1, 1, 2, 2] * 2, [0, 0, 1, 1, 2, 2, 0, 0, 0, 1, 2, 2]
    found, groups = predictions(target, predicted, classes=3), ["f"] * 6 + ["m"] * 6
    assert gap("equal_opportunity", found, groups) == pytest.approx((0 + 1 / 2 + 0) / 3)
    assert gap("equalised_odds", found, groups) == pytest.approx((1 / 4 + 1 / 2 + 0) / 3)
    assert gap("recall", found, groups) == pytest.approx(1 - (1 + 0.5 + 1) / 3)


def test_of_three_groups_the_two_furthest_apart_count() -> None:
    found = predictions([0] * 9, [0, 0, 0, 0, 0, 1, 0, 1, 1])
    assert gap("statistical_parity", found, list("aaabbbccc")) == pytest.approx(2 / 3)


def test_items_of_no_group_and_classes_that_a_group_lacks_do_not_count() -> None:
    found = predictions([0, 1, 0, 1, 1], [0, 1, 0, 0, 0])
    assert gap("equal_opportunity", found, ["f", "f", "m", "", ""]) == pytest.approx(0)
    assert group_counts(found, ["f", "f", "m", "", ""]).tolist() == [[[1, 0], [0, 1]], [[1, 0], [0, 0]]]


def test_the_interval_resamples_whole_speakers() -> None:
    speakers = [f"s{i // 10}" for i in range(100)]
    found = predictions([0, 1] * 50, [0, 1] * 25 + [0, 0] * 25, speakers=speakers)
    bounds = interval(found, fairness_metric("recall", ["f"] * 50 + ["m"] * 50))
    assert bounds.value == bounds.low == bounds.high == pytest.approx(0.5)
    assert (bounds.unit, bounds.groups) == ("speakers", 10)


def test_a_gap_that_a_few_speakers_make_by_chance_is_no_finding() -> None:
    generator = np.random.default_rng(0)
    target, hit = generator.integers(0, 2, 80), generator.random(80) < 0.7
    found = predictions(target, np.where(hit, target, 1 - target), speakers=[f"s{i // 20}" for i in range(80)])
    chance = by_chance(found, "equal_opportunity", ["f", "m"] * 40)
    assert 0.05 < chance.mean < 0.25
    assert chance.p_value > 0.05


def test_a_gap_between_many_speakers_of_two_kinds_is_a_finding() -> None:
    speakers = [f"s{i // 10:02d}" for i in range(200)]
    found = predictions([0, 1] * 100, [0, 1] * 50 + [1, 0] * 50, speakers=speakers)
    chance = by_chance(found, "recall", ["f"] * 100 + ["m"] * 100, permutations=200)
    assert chance.p_value == pytest.approx(1 / 201)
    assert chance.mean < 0.4


def test_speakers_stay_whole_when_groups_are_dealt_out_anew() -> None:
    """With one speaker a group there are two ways to deal, and both give the same gap."""
    found = predictions([0, 1] * 20, [0, 1] * 10 + [0, 0] * 10, speakers=["a"] * 20 + ["b"] * 20)
    assert by_chance(found, "recall", ["f"] * 20 + ["m"] * 20, permutations=50).p_value == 1


def test_fewer_than_two_groups_or_an_unknown_gap_is_an_error() -> None:
    found = predictions([0, 1], [0, 1])
    with pytest.raises(Ai4erError, match="the items are of f only"):
        gap("recall", found, ["f", ""])
    with pytest.raises(Ai4erError, match="did you mean 'equalised_odds'"):
        fairness_metric("equalized_odds", ["f", "m"])
    with pytest.raises(Ai4erError, match="3 groups for 2 predictions"):
        gap("recall", found, ["f", "m", "m"])
