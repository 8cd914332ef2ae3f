"""A recognizer of 28 emotions, seen as Ekman's and as sentiment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace, mapping
from ai4er.prediction.predict import Answer
from ai4er.prediction.view import View, seen_as
from ai4er.recognition.recognize import recognize
from ai4er.records import Records

FINE = LABEL_SPACES["goemotions28"]


class Sure:
    """Says joy 0.6, love 0.2 and anger 0.1 of every text, whatever it says, and 0.002 of the others."""

    name, needs, reads_context = "sure", {"text"}, False
    about: dict[str, Any] = {"licence": "none"}
    thresholds: dict[str, float] = {"love": 0.15}

    def __init__(self, space: LabelSpace = FINE) -> None:
        self.space = space

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        scores = np.full((len(records), self.space.size), 0.002)
        for name, value in (("joy", 0.6), ("love", 0.2), ("anger", 0.1)):
            if name in self.space.names:
                scores[:, self.space.index(name)] = value
        return Answer(scores)


def test_a_class_is_as_probable_as_its_labels_together() -> None:
    found = recognize("what a day", View(Sure(), "ekman7"))
    (segment,) = found.segments
    whole = 0.9 + 25 * 0.002
    rest = (1 - whole) / 7
    assert segment.scores["happiness"] == pytest.approx(0.8 + 10 * 0.002 + rest)
    assert segment.scores["anger"] == pytest.approx(0.1 + 2 * 0.002 + rest)
    assert sum(segment.scores.values()) == pytest.approx(1)
    assert found.labels(segment) == ["happiness"] and found.space.name == "ekman7"


def test_where_no_label_applies_a_view_is_unsure_and_where_many_do_each_has_its_share() -> None:
    view = View(Sure(), "ekman7")
    none, many = np.full((1, FINE.size), 1e-4), np.ones((1, FINE.size))
    np.testing.assert_allclose(view.seen(none), 1 / 7, atol=2e-3)
    counts = np.bincount([view.space.index(mapping(FINE, view.space).table[name]) for name in FINE.names])
    np.testing.assert_allclose(view.seen(many)[0], counts / FINE.size)


@pytest.mark.parametrize("labels", ["ekman7", "sentiment4"])
def test_every_label_of_goemotions_counts_once_in_each_view(labels: str) -> None:
    table = mapping(FINE, LABEL_SPACES[labels]).table
    assert set(table) == set(FINE.names) and set(table.values()) == set(LABEL_SPACES[labels].names)


def test_views_are_asked_for_by_name() -> None:
    found = recognize("what a day", Sure(), labels="sentiment4", min_confidence=0.5)
    assert found.labels(found.segments[0]) == ["positive"] and found.recognizer == "sure"
    assert recognize("what a day", Sure(), labels="sentiment4", min_confidence=0.95).rows().__next__()["label"] == ""


def test_without_labels_or_with_its_own_the_recognizer_answers_itself() -> None:
    own = Sure()
    assert seen_as(own, None) is own and seen_as(own, "goemotions28") is own


def test_a_view_needs_a_mapping_that_leaves_nothing_out() -> None:
    with pytest.raises(Ai4erError, match="goemotions28 maps to ekman7, sentiment4"):
        View(Sure(), "common4")
    with pytest.raises(Ai4erError, match="leaves out surprise"):
        View(Sure(LABEL_SPACES["meld7"]), "meld3")


def test_several_labels_apply_from_their_own_probabilities_likeliest_first() -> None:
    found = recognize("what a day", Sure())
    (row,) = found.rows()
    assert row["label"] == "joy love" and row["confidence"] == 0.6
    (strict,) = recognize("what a day", Sure(), min_confidence=0.5).rows()
    assert strict["label"] == "joy"
    (none,) = recognize("what a day", Sure(), min_confidence=0.7).rows()
    assert none["label"] == "" and none["confidence"] == 0.6


def test_the_confidence_is_that_of_a_label_that_applies() -> None:
    sure = Sure()
    sure.thresholds = {"joy": 0.7, "love": 0.15}
    (row,) = recognize("what a day", sure).rows()
    assert (row["label"], row["confidence"]) == ("love", 0.2)
