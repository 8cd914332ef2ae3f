"""Errors over time, against cases by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.conversation import (
    concatenated_word_errors,
    detection_errors,
    diarisation_errors,
    emotion_errors,
    speaker_emotion_errors,
    time_errors,
)
from ai4er.labels.turns import Turn

SAD = Turn(0, 10, "a", "sad", "so sad")


def emotion(turn: Turn) -> str:
    return turn.emotion


def test_missed_and_wrong_time_are_shares_of_the_time_that_is_spoken() -> None:
    heard = [Turn(0, 6, emotion="sad"), Turn(6, 8, emotion="angry")]
    found = emotion_errors([SAD], heard, collar=0)
    assert (found.missed, found.confused, found.false_alarm) == (2, 2, 0) and found.rate == pytest.approx(0.4)
    assert emotion_errors([SAD], [SAD]).rate == 0


def test_what_lies_outside_the_reference_counts_only_when_it_is_asked_for() -> None:
    heard = [Turn(0, 6, emotion="sad"), Turn(6, 8, emotion="angry"), Turn(11, 12, emotion="sad")]
    assert time_errors([SAD], heard, emotion, 0, inside=False).rate == pytest.approx(0.5)
    assert time_errors([SAD], heard, emotion, 0).rate == pytest.approx(0.4)
    second = Turn(14, 16, emotion="sad")
    gap = [*heard[:2], Turn(12, 13, emotion="sad"), second]
    assert time_errors([SAD, second], gap, emotion, 0).rate == pytest.approx(5 / 12)


def test_a_collar_is_taken_out_of_errors_and_of_the_total() -> None:
    found = emotion_errors([SAD], [Turn(0.2, 9.8, emotion="sad")], collar=0.25)
    assert found.rate == 0 and found.total == pytest.approx(9.5)


def test_overlapping_turns_are_scored_each() -> None:
    both = [Turn(0, 4, "a", "sad"), Turn(2, 4, "b", "angry")]
    found = emotion_errors(both, [Turn(0, 4, "x", "sad")], collar=0)
    assert (found.total, found.missed, found.confused) == (6, 2, 0)


def test_with_speakers_it_is_never_better_and_the_names_do_not_matter() -> None:
    generator = np.random.default_rng(0)
    for _ in range(20):
        edges = np.sort(generator.uniform(0, 20, 12)).reshape(6, 2)
        names, moods = generator.choice(["a", "b"], 6), generator.choice(["sad", "angry"], 6)
        said = [
            Turn(*edge, name, mood, f"w{i}") for i, (edge, name, mood) in enumerate(zip(edges.tolist(), names, moods))
        ]
        swapped = [Turn(t.start, t.end, {"a": "b", "b": "a"}[t.speaker], t.emotion, t.words) for t in said]
        moved = [Turn(t.start, t.end, generator.choice(["a", "b"]), t.emotion, t.words) for t in said]
        assert speaker_emotion_errors(said, swapped).rate == 0
        assert emotion_errors(said, moved).rate <= speaker_emotion_errors(said, moved).rate


def test_words_are_compared_by_the_best_assignment_of_speakers() -> None:
    said = [Turn(0, 1, "a", words="so sad"), Turn(1, 2, "b", words="he is mad"), Turn(2, 3, "a", words="again")]
    heard = [Turn(0, 1, "1", words="he is bad"), Turn(0, 1, "0", words="so sad again")]
    rate, names = concatenated_word_errors(said, heard)
    assert rate == pytest.approx(1 / 6) and names == {"0": "a", "1": "b"}
    same = [Turn(0, 1, "1", words="so sad again"), Turn(0, 1, "0", words="so sad again")]
    assert concatenated_word_errors(said, same)[0] == pytest.approx(3 / 6), "no two may be the same speaker"
    assert concatenated_word_errors(said, [])[0] == 1 and math.isnan(concatenated_word_errors([], [])[0])


def test_speakers_and_speech_are_scored_by_themselves() -> None:
    said = [Turn(0, 4, "a"), Turn(4, 8, "b")]
    heard = [Turn(0, 5, "x"), Turn(5, 8, "y")]
    assert diarisation_errors(said, heard, collar=0).confused == pytest.approx(1)
    assert detection_errors(said, [Turn(1, 9, "x")], collar=0).missed == pytest.approx(1)
    total = detection_errors(said, heard) + detection_errors(said, [])
    assert total.missed == total.total / 2


def test_a_turn_that_ends_before_it_starts_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="before it starts"):
        emotion_errors([SAD], [Turn(3, 1)])
