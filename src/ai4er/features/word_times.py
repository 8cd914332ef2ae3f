"""When each word of a recording is spoken."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.media import audio_of
from ai4er.records import Record

RATE = 16_000
_HOP = RATE // 100
_QUIET = 35.0
"""Decibels below the loudest 10 ms, under which there is a pause."""
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_VOWELS = re.compile(r"[aeiouyäöüàáâãåèéêëìíîïòóôõùúûýæøœ]+")


class WordTimes(FrontEnd):
    """(words, 2): start and end of every word in seconds; what is said must be known.

    `energy` leaves pauses out and gives every word as much of the rest as it has syllables, in any language.
    `pocketsphinx` is a forced alignment for English (CMU's acoustic model, inside the package of that name); raises
    `Ai4erError` where the package is not installed or a text can't be aligned. Without a word, all of it is one.
    """

    needs: ClassVar[str] = "audio"
    cached: ClassVar[bool] = False
    timed: ClassVar[bool | None] = True

    aligner: Literal["energy", "pocketsphinx"] = "energy"

    def has(self, record: Record) -> bool:
        return record.text is not None and (bool(record.audio or record.video) or "audio" in record.arrays)

    def load(self, record: Record) -> tuple[str, np.ndarray, list[str]]:
        """The record's id, its samples at 16 kHz, and its words in lower case."""
        return record.id, audio_of(record, RATE), spoken_words(record.text)

    def extract(self, raw: Sequence[tuple[str, np.ndarray, list[str]]]) -> list[np.ndarray]:
        return [self._times(*one).astype(np.float32) for one in raw]

    def _times(self, name: str, samples: np.ndarray, words: list[str]) -> np.ndarray:
        if not words:
            return np.array([[0, len(samples) / RATE]])
        return by_energy(samples, words) if self.aligner == "energy" else _aligned(name, samples, words)


def spoken_words(text: str | None) -> list[str]:
    """The words of a text in lower case.

    >>> spoken_words("Don't - she said.")
    ["don't", 'she', 'said']
    """
    return _WORD.findall((text or "").lower())


def by_energy(samples: np.ndarray, words: Sequence[str]) -> np.ndarray:
    """Words in order over what is not a pause, in proportion to their syllables (groups of vowels): (words, 2)."""
    power = np.add.reduceat(np.square(samples, dtype=np.float64), np.arange(0, len(samples), _HOP))
    spoken = np.flatnonzero(power >= power.max() * 10 ** (-_QUIET / 10))
    syllables = np.array([max(1, len(_VOWELS.findall(word))) for word in words])
    edges = len(spoken) * np.concatenate([[0], np.cumsum(syllables)]) / syllables.sum()
    first = spoken[np.minimum(edges[:-1].astype(int), len(spoken) - 1)]
    last = spoken[np.maximum(np.ceil(edges[1:]).astype(int) - 1, 0)]
    return np.stack([first, last + 1], axis=1) / 100


def _aligned(name: str, samples: np.ndarray, words: Sequence[str]) -> np.ndarray:
    decoder = pocketsphinx_decoder()
    unknown = [word for word in words if decoder.lookup_word(word) is None]
    if unknown:
        raise Ai4erError(f"{name}: pocketsphinx does not know the word {unknown[0]!r}: use word_times:aligner=energy")
    try:
        decoder.set_align_text(" ".join(words))
        listen(decoder, samples)
        found = [(one.start_frame, one.end_frame + 1) for one in decoder.seg() or () if one.word[0] not in "<["]
    except RuntimeError:
        found = []
    if len(found) != len(words):
        raise Ai4erError(f"{name}: pocketsphinx cannot align its text: use word_times:aligner=energy")
    return np.array(found) / 100


def listen(decoder: Any, samples: np.ndarray) -> None:
    """Let a decoder of `pocketsphinx_decoder` do what it was set to do with a recording at 16 kHz, (samples,)."""
    decoder.start_utt()
    decoder.process_raw((samples * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()


@functools.cache
def pocketsphinx_decoder() -> Any:
    """CMU's acoustic model and dictionary of English. Raises `Ai4erError` where the package is not installed."""
    try:
        from pocketsphinx import Decoder
    except ImportError:
        raise Ai4erError(
            "aligner=pocketsphinx needs its package: pip install pocketsphinx, or use aligner=energy"
        ) from None
    return Decoder(samprate=RATE, loglevel="FATAL")


FRONT_END = WordTimes
