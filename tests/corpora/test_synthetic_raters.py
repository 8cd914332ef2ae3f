"""Generated raters: all women hear the same, all men too, and the voice tells whose perception the label is."""

from __future__ import annotations

from collections import Counter

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.synthetic_raters import CIRCLE, RATERS
from ai4er.errors import Ai4erError
from ai4er.labels.rater_groups import bias_class, votes_by_group
from ai4er.records import Records

GROUPS = ("female", "male")


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_raters:seed=1,size=400,slip=0.3").read()


def test_the_label_is_the_majority_of_seven_different_raters(records: Records) -> None:
    for record in records:
        assert len(record.votes) == len(record.raters) == len(set(record.raters)) == 7
        assert Counter(record.votes).most_common(1)[0][0] == record.label
        assert Counter(RATERS[rater] for rater in record.raters)[record.attributes["panel"]] == 5


def test_women_hear_the_first_of_two_neighbours_and_men_the_second(records: Records) -> None:
    mixed = [r for r in records if r.attributes["female_hears"] != r.attributes["male_hears"]]
    assert 0.4 < len(mixed) / len(records) < 0.6
    for record in mixed:
        first, second = (CIRCLE.index(record.attributes[f"{group}_hears"]) for group in GROUPS)
        assert second == (first + 1) % len(CIRCLE)
        assert record.label == record.attributes[f"{record.attributes['panel']}_hears"]


def test_without_slips_every_vote_is_what_the_group_hears() -> None:
    for record in open_corpus("synthetic_raters:slip=0").read():
        assert all(v == record.attributes[f"{RATERS[r]}_hears"] for v, r in zip(record.votes, record.raters))


def test_the_voice_tells_whose_perception_the_label_is(records: Records) -> None:
    space = open_corpus("synthetic_raters").space
    found = Counter(
        (r.attributes["gender"], bias_class(votes_by_group(r, space, RATERS, GROUPS), space.index(r.label or "")))
        for r in records
    )
    assert found["female", 1] > 5 * found["female", 2] > 0
    assert found["male", 2] > 5 * found["male", 1] > 0
    even = open_corpus("synthetic_raters:panel=0").read()
    assert all(r.attributes["gender"] != r.attributes["panel"] for r in even)


def test_a_share_that_is_none_is_an_error() -> None:
    with pytest.raises(Ai4erError, match=r"panel=-0\.1 must be at least 0"):
        open_corpus("synthetic_raters:panel=-0.1")
