"""A crowd of known reliability: what its members say, and what is made of it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ai4er.corpora import open_corpus
from ai4er.corpora.synthetic_crowd import ANNOTATORS, CROWD
from ai4er.corpora.synthetic_speech import CONFUSED
from ai4er.records import Records


def crowd(labels: str) -> Records:
    return open_corpus(f"synthetic_crowd:size=240,labels={labels}").read()


def test_annotators_are_as_reliable_as_they_are_said_to_be() -> None:
    said: dict[str, list[bool]] = defaultdict(list)
    for record in crowd("truth"):
        assert len(record.votes) == len(record.raters) == len(set(record.raters)) == 5
        for rater, vote in zip(record.raters, record.votes):
            kind = ANNOTATORS[rater]
            truth = record.attributes["truth"]
            meant = {"neutral": "neutral", "inverting": CONFUSED[truth]}.get(kind, truth)
            said[kind].append(vote == meant)
    assert {name: np.mean(found) >= CROWD[name][1] - 0.06 for name, found in said.items()} == dict.fromkeys(CROWD, True)
    assert len(ANNOTATORS) == 15


def test_weighing_the_annotators_is_right_where_a_majority_is_not() -> None:
    right = {}
    for labels in ("majority", "dawid_skene", "dawid_skene,confidence=0"):
        learnt = [record for record in crowd(labels) if record.split != "test" and record.label is not None]
        right[labels] = np.mean([record.label == record.attributes["truth"] for record in learnt]), len(learnt)
    assert right["dawid_skene"][0] > right["dawid_skene,confidence=0"][0] > right["majority"][0] + 0.05
    assert right["dawid_skene,confidence=0"][1] == 192 > right["dawid_skene"][1]


def test_the_test_part_always_has_the_truth_and_the_recordings_are_the_same() -> None:
    first, second = crowd("majority"), crowd("dawid_skene")
    for one, other in zip(first, second):
        np.testing.assert_array_equal(one.arrays["audio"], other.arrays["audio"])
        assert one.votes == other.votes
        if one.split == "test":
            assert one.label == other.label == one.attributes["truth"]
