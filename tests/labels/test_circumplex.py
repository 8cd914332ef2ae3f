"""A distribution over emotions has a place among valence and arousal: the mean of the places of its emotions."""

from __future__ import annotations

import pytest

from ai4er.labels import label_space
from ai4er.labels.circumplex import PLACES, valence_arousal


def test_a_certain_emotion_is_where_the_emotion_is() -> None:
    for name, place in PLACES.items():
        assert valence_arousal({name: 1.0}) == pytest.approx(place)


def test_corpora_may_use_their_own_names() -> None:
    assert valence_arousal({"angry": 1.0}) == valence_arousal({"anger": 1.0})


def test_the_place_is_the_expectation() -> None:
    found = valence_arousal({"happiness": 0.25, "sadness": 0.25, "neutral": 0.5})
    assert found == pytest.approx((0.25 * (0.81 - 0.63), 0.25 * (0.51 - 0.27)))


def test_all_classes_of_the_shipped_speech_recognizer_have_a_place() -> None:
    assert set(label_space("speech9").names) == set(PLACES)


def test_nothing_is_said_where_a_class_has_no_place() -> None:
    assert valence_arousal({"anger": 0.5, "stress": 0.5}) is None
