"""When words are spoken: pauses belong to none, and long words last longer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora.base import open_corpus
from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features.word_times import pocketsphinx_decoder
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
    pocketsphinx_decoder.cache_clear()
    extractor = front_end("word_times:aligner=pocketsphinx")
    with pytest.raises(Ai4erError, match="pip install pocketsphinx, or use aligner=energy"):
        extractor.extract([extractor.load(record("yes", SPEECH))])


def test_the_words_of_a_real_sentence_follow_each_other_whatever_was_aligned_before() -> None:
    data, pocketsphinx = os.environ.get("AI4ER_DATA"), pytest.importorskip("pocketsphinx")
    if not data or not (Path(data) / "ravdess").is_dir():
        pytest.skip("AI4ER_DATA names no folder with ravdess: no real sentence")
    extractor, records = front_end("word_times:aligner=pocketsphinx"), open_corpus("ravdess", data).read()
    assert pocketsphinx and records[0].text
    loaded = [extractor.load(records[i]) for i in (0, 1, 0)]
    first, other, again = extractor.extract(loaded)
    np.testing.assert_array_equal(first, again)
    for found, record_ in ((first, records[0]), (other, records[1])):
        assert found.shape == (len(str(record_.text).split()), 2)
        assert (found[:, 0] < found[:, 1]).all() and (found[1:, 0] >= found[:-1, 1] - 1e-6).all()
        assert found[0, 0] > 0.3, "a recording begins with silence"
