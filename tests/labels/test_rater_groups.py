"""Groups of raters: their votes are told apart, and a label follows both, one or none of two groups."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.labels import LabelSpace
from ai4er.labels.rater_groups import AGREED, bias_class, majority, votes_by_group
from ai4er.labels.space import UNLABELLED
from ai4er.records import Record, Records

SPACE = LabelSpace(name="two", kind="single", names=("calm", "angry", "sad"))
MEMBERS = {"A": "female", "B": "female", "C": "male"}


def test_votes_are_counted_by_the_group_of_who_gave_them() -> None:
    votes = ("calm", "angry", "angry", "sad", "bored")
    record = Record(id="0", corpus="c", votes=votes, raters=("A", "B", "C", "D", "A"))
    counts = votes_by_group(record, SPACE, MEMBERS, ("female", "male"))
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0]]
    assert not votes_by_group(Record(id="0", corpus="c", votes=("calm",)), SPACE, MEMBERS, ("female", "male")).any()


@pytest.mark.parametrize(
    ("women", "men", "label", "follows"),
    [
        ([3, 0, 0], [2, 0, 0], 0, AGREED),
        ([3, 0, 0], [0, 2, 0], 0, 1),
        ([3, 0, 0], [0, 2, 0], 1, 2),
        ([3, 0, 0], [0, 2, 0], 2, AGREED),
        ([1, 1, 0], [0, 2, 0], 1, AGREED),
        ([1, 1, 0], [0, 2, 0], 0, 1),
        ([3, 0, 0], [0, 0, 0], 0, UNLABELLED),
        ([3, 0, 0], [2, 0, 0], UNLABELLED, UNLABELLED),
    ],
)
def test_a_label_follows_the_group_whose_majority_alone_it_is(
    women: list[int], men: list[int], label: int, follows: int
) -> None:
    assert bias_class(np.array([women, men]), label) == follows


def test_a_tie_or_no_vote_has_no_majority() -> None:
    assert [majority(np.array(counts)) for counts in ([0, 2, 1], [2, 2, 1], [0, 0, 0])] == [1, None, None]


def test_raters_survive_a_parquet_table() -> None:
    records = Records([Record(id="0", corpus="c", votes=("calm",), raters=("A",)), Record(id="1", corpus="c")])
    assert list(Records.from_table(records.table)) == list(records)
