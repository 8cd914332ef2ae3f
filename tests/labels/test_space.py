"""Targets of records in a label space."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.records import Record

WHOLE = LabelSpace(name="whole", kind="dimensions", names=("valence", "arousal"))
PARTIAL = WHOLE.override({"name": "part", "partial": True})
HALF = Record(id="1", corpus="c", dimensions={"arousal": 0.5})


def test_a_record_with_some_of_the_dimensions_has_a_target_in_a_partial_space_only() -> None:
    assert WHOLE.target(HALF) is None
    assert np.array_equal(PARTIAL.target(HALF), [np.nan, 0.5], equal_nan=True)


def test_a_record_with_all_of_them_has_the_same_target_in_both_and_one_with_none_has_none() -> None:
    record = Record(id="1", corpus="c", dimensions={"arousal": 0.5, "valence": 0.25, "fear": 1.0})
    assert WHOLE.target(record).tolist() == PARTIAL.target(record).tolist() == [0.25, 0.5]
    assert PARTIAL.target(record.replace(dimensions={"fear": 1.0})) is None


def test_votes_become_shares_and_a_word_that_the_space_lacks_is_an_error() -> None:
    space = LabelSpace(name="two", kind="distribution", names=("joy", "fear"))
    record = Record(id="1", corpus="c", votes=("joy", "joy", "fear"))
    assert space.target(record) == pytest.approx([2 / 3, 1 / 3])
    with pytest.raises(Ai4erError, match="class of two"):
        space.target(record.replace(votes=("glee",)))
