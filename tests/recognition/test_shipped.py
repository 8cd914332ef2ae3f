"""The recognizer of text that comes with the library."""

from __future__ import annotations

import functools
import json

import pytest

from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.recognize import load, recognize, shipped
from ai4er.records import Record, Records

LARGEST = 15_000_000


@functools.cache
def loaded(name: str) -> Recognizer:
    found = load(name)
    assert isinstance(found, Recognizer)
    return found


@pytest.mark.parametrize("name", ["text"])
def test_a_folder_is_small_and_its_card_has_figures_with_intervals(name: str) -> None:
    folder = shipped()[name]
    assert sum(path.stat().st_size for path in folder.rglob("*")) < LARGEST
    card = (folder / "README.md").read_text()
    assert "f1" in card and "(95 % over" in card and "temperature" in card and "Apache 2.0" in card
    assert json.loads((folder / "config.json").read_text())["encoders"] == {}  # the network is named, not stored


@pytest.mark.parametrize(
    ("text", "label", "ekman", "sentiment"),
    [
        ("Thank you so much, that was very kind of you!", "gratitude", "happiness", "positive"),
        ("This is absolutely disgusting, I feel sick.", "disgust", "disgust", "negative"),
        ("I'm so sorry, it was all my fault.", "remorse", "sadness", "negative"),
        ("Why did they do it? I wonder how it works.", "curiosity", "surprise", "ambiguous"),
        ("The meeting is at ten in room four.", "neutral", "neutral", "neutral"),
    ],
)
def test_clear_sentences_have_their_emotion_in_every_view(text: str, label: str, ekman: str, sentiment: str) -> None:
    found = recognize(text, loaded("text"))
    assert label in found.labels(found.segments[0])
    for labels, wanted in (("ekman7", ekman), ("sentiment4", sentiment)):
        seen = recognize(text, loaded("text"), labels=labels)
        assert seen.labels(seen.segments[0]) == [wanted]
        assert sum(seen.segments[0].scores.values()) == pytest.approx(1)


def test_several_emotions_of_one_text_are_told_together() -> None:
    found = recognize("I love this so much, thank you, you are the best!", loaded("text"))
    assert len(found.labels(found.segments[0])) >= 2


def test_the_recognizer_of_conversations_is_not_sure_of_what_it_cannot_read() -> None:
    """Strings of letters and lines in another language, where it had been surer than of English."""
    lines = ["xkq pwlrt zz", "asdfgh qwerty", "En tiedä mitä tapahtui eilen illalla.", "Nie wiem, co się stało."]
    found = load("conversation").predict(
        Records(
            Record(id=str(i), corpus="made", dialogue=str(i // 2), turn=i % 2, speaker="AB"[i % 2], text=line)
            for i, line in enumerate(lines)
        )
    )
    assert found.scores.max(1).max() < 0.35
