"""When words are spoken: pauses belong to none, and long words last longer."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.records import Record

GENERATOR = np.random.default_rng(0)
SPEECH, PAUSE = GENERATOR.normal(0, 0.1, 8000).astype(np.float32), np.zeros(4000, np.float32)


def record(text: str | None, *parts: np.ndarray) -> Record:
    return Record(id="one", corpus="made", text=text, arrays={"audio": np.concatenate(parts)})


def times(text: str, *parts: np.ndarray) -> np.ndarray:
    extractor = front_end("word_times")
    return extractor.extract([extractor.load(record(text, *parts))])[0]


def test_a_pause_between_two_words_belongs_to_neither() -> None:
    np.testing.assert_allclose(times("Oh, no!", PAUSE, SPEECH, PAUSE, SPEECH), [[0.25, 0.75], [1.0, 1.5]], atol=0.011)


def test_words_last_as_long_as_they_have_syllables() -> None:
    np.testing.assert_allclose(times("a banana", SPEECH, SPEECH), [[0, 0.25], [0.25, 1.0]], atol=0.011)


def test_silence_and_an_empty_text_have_times_too() -> None:
    assert times("one two", PAUSE).shape == (2, 2)
    np.testing.assert_allclose(times("", SPEECH), [[0, 0.5]])


def test_a_record_without_a_text_or_sound_is_not_read() -> None:
    extractor = front_end("word_times")
    assert extractor.has(record("yes", SPEECH))
    assert not extractor.has(record(None, SPEECH)) and not extractor.has(Record(id="a", corpus="made", text="yes"))


def test_without_pocketsphinx_the_error_names_the_package_and_the_alternative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    extractor = front_end("word_times:aligner=pocketsphinx")
    with pytest.raises(Ai4erError, match="pip install pocketsphinx, or use aligner=energy"):
        extractor.extract([extractor.load(record("yes", SPEECH))])
