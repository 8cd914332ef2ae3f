"""When vowels are spoken: in the words that hold them, in every language that is read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora.base import open_corpus
from ai4er.encoders import front_end
from ai4er.labels.phonemes import VOWELS
from ai4er.records import Record

SPEECH = np.random.default_rng(0).normal(0, 0.1, 12_000).astype(np.float32)
PAUSE = np.zeros(4000, np.float32)


def vowels(
    text: str | None, *parts: np.ndarray, language: str = "", spec: str = "vowel_times"
) -> list[tuple[str, float, float]]:
    extractor = front_end(spec)
    record = Record(id="one", corpus="made", text=text, language=language, arrays={"audio": np.concatenate(parts)})
    assert extractor.has(record)
    (found,) = extractor.extract([extractor.load(record)])
    return [(VOWELS[int(vowel)], start, end) for vowel, start, end in found.tolist()]


def test_a_vowel_takes_twice_the_time_of_a_consonant_of_its_word() -> None:
    """Each of two words lasts 0.75 s: see is S IY, and so S OW."""
    (one, start, end), (other, *times) = vowels("see so", SPEECH, PAUSE, SPEECH)
    assert (one, other) == ("i", "o")
    np.testing.assert_allclose([start, end, *times], [0.25, 0.75, 1.25, 1.75], atol=0.011)


def test_without_a_text_or_in_another_script_there_is_none() -> None:
    assert vowels(None, SPEECH) == [] == vowels("میں", SPEECH, language="ur")


def test_letters_are_read_in_their_language_and_vowels_of_few_languages_are_left_out() -> None:
    assert [vowel for vowel, *_ in vowels("Tür und Tor", SPEECH, language="de")] == ["u", "o"]
    assert [vowel for vowel, *_ in vowels("amico", SPEECH, language="it")] == ["a", "i", "o"]


def test_another_language_than_english_is_placed_by_energy_whatever_the_aligner() -> None:
    aligned = vowels("amico", SPEECH, language="it", spec="vowel_times:aligner=pocketsphinx")
    assert aligned == vowels("amico", SPEECH, language="it")


def test_the_vowels_of_a_real_sentence_lie_in_its_words_whatever_was_aligned_before() -> None:
    data, pocketsphinx = os.environ.get("AI4ER_DATA"), pytest.importorskip("pocketsphinx")
    if not data or not (Path(data) / "ravdess").is_dir():
        pytest.skip("AI4ER_DATA names no folder with ravdess: no real sentence")
    record = open_corpus("ravdess", data).read()[0]
    words, spoken = (front_end(f"{name}:aligner=pocketsphinx") for name in ("word_times", "vowel_times"))
    assert pocketsphinx
    first, again = spoken.extract([spoken.load(record), spoken.load(record)])
    np.testing.assert_array_equal(first, again)
    (bounds,) = words.extract([words.load(record)])
    assert "".join(VOWELS[int(vowel)] for vowel in first[:, 0]).startswith("i"), "kids"
    for _, start, end in first:
        assert ((bounds[:, 0] <= start + 0.02) & (bounds[:, 1] >= end - 0.02)).any()
