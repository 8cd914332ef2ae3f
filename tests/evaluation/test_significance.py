"""Many comparisons are corrected together, and what cannot be compared is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai4er.evaluation.intervals import compare
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.significance import holm, paired_tests
from ai4er.labels import LABEL_SPACES

SPACE = LABEL_SPACES["sentiment3"]


def system(right: float, items: int = 96, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    targets = np.arange(items) % 3
    given = np.where(generator.random(items) < right, targets, (targets + 1) % 3)
    return Predictions(np.arange(items), targets, np.eye(3)[given], SPACE, speakers=np.arange(items) % 8)


def test_holm_is_the_hand_computation() -> None:
    # sorted: 0.005 * 4 = 0.02, 0.01 * 3 = 0.03, 0.03 * 2 = 0.06, and 0.04 * 1 = 0.04 is raised to the 0.06 before it
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2] and holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_lies_between_no_correction_and_bonferroni(p_values: list[float]) -> None:
    corrected = np.array(holm(p_values))
    assert (corrected >= p_values).all()
    assert (corrected <= np.minimum(np.array(p_values) * len(p_values), 1)).all()
    assert (np.diff(corrected[np.argsort(p_values, kind="stable")]) >= 0).all()


def test_all_tests_of_a_table_are_one_family() -> None:
    systems = {"good": system(0.95), "fair": system(0.6, seed=1), "bad": system(0.3, seed=2)}
    found, left_out = paired_tests(systems, [("good", "fair"), ("good", "bad"), ("fair", "bad")])
    assert left_out == []
    alone = [compare(systems[pair.one], systems[pair.other]).p_value for pair in found]
    assert [pair.found.p_value for pair in found] == alone
    assert [pair.corrected for pair in found] == holm(alone)
    assert str(found[0]).startswith("good - fair: ua +0.") and "after Holm" in str(found[0])


def test_systems_that_were_tested_on_other_items_are_not_compared_and_do_not_count() -> None:
    systems = {"one": system(0.9), "two": system(0.5), "other": system(0.5, items=48)}
    found, left_out = paired_tests(systems, [("one", "two"), ("one", "other")])
    assert len(found) == 1 and found[0].corrected == found[0].found.p_value
    assert left_out == [left_out[0]] and "one and other cannot be compared" in left_out[0]
