"""When each vowel of a recording is spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.media import audio_of
from ai4er.features.word_times import RATE, by_energy, listen, pocketsphinx_decoder, spoken_words
from ai4er.labels.phonemes import VOWELS, phoneme_class, phonemes, shared_vowel
from ai4er.records import Record

_VOWEL_LENGTH = 2
"""How much longer a vowel is than a consonant where nothing but the words is known."""


class _Said(NamedTuple):
    name: str
    samples: np.ndarray
    words: list[str]
    language: str


class VowelTimes(FrontEnd):
    """(vowels, 3): the number of each vowel in `labels.phonemes.VOWELS`, its start and its end in seconds.

    Phonemes are those of the text by letter-to-sound rules; vowels that few languages have are left out, and without a
    text there is none. `energy` divides the words as `word_times` places them, vowels being twice as long as
    consonants. `pocketsphinx` is a forced alignment of the phonemes for English; other languages are placed by
    energy. Raises `Ai4erError` where the package is not installed or a text can't be aligned.
    """

    needs: ClassVar[str] = "audio"
    cached: ClassVar[bool] = False
    timed: ClassVar[bool | None] = True

    aligner: Literal["energy", "pocketsphinx"] = "energy"

    def has(self, record: Record) -> bool:
        """Whether there is sound, that of a video included."""
        return bool(record.audio or record.video) or "audio" in record.arrays

    def load(self, record: Record) -> _Said:
        """Id, samples at 16 kHz, words in lower case, and the language, English where it is not known."""
        return _Said(record.id, audio_of(record, RATE), spoken_words(record.text), (record.language or "en")[:2])

    def extract(self, raw: Sequence[_Said]) -> list[np.ndarray]:
        return [np.array(list(self._vowels(one)), np.float32).reshape(-1, 3) for one in raw]

    def _vowels(self, said: _Said) -> Iterator[tuple[int, float, float]]:
        if not said.words:
            return
        english = self.aligner == "pocketsphinx" and said.language == "en"
        for phoneme, start, end in _aligned(said) if english else _by_energy(said):
            vowel = shared_vowel(phoneme)
            if vowel is not None:
                yield VOWELS.index(vowel), start, end


def _by_energy(said: _Said) -> Iterator[tuple[str, float, float]]:
    for word, (start, end) in zip(said.words, by_energy(said.samples, said.words)):
        spoken = phonemes(word, said.language)
        lengths = [_VOWEL_LENGTH if phoneme_class(phoneme) == "vowel" else 1 for phoneme in spoken]
        edges = start + (end - start) * np.cumsum([0, *lengths]) / max(1, sum(lengths))
        yield from zip(spoken, edges[:-1].tolist(), edges[1:].tolist())


def _aligned(said: _Said) -> list[tuple[str, float, float]]:
    """The words are aligned first, which chooses between pronunciations, and then the phonemes inside them."""
    decoder = pocketsphinx_decoder()
    for word in said.words:
        if decoder.lookup_word(word) is None and (spoken := phonemes(word)):
            decoder.add_word(word, " ".join(spoken), True)
    try:
        decoder.set_align_text(" ".join(said.words))
        listen(decoder, said.samples)
        decoder.set_alignment()
        listen(decoder, said.samples)
        found = decoder.get_alignment().phones()
        return [(one.name, one.start / 100, (one.start + one.duration) / 100) for one in found]
    except RuntimeError:
        raise Ai4erError(f"{said.name}: pocketsphinx cannot align its text: use vowel_times:aligner=energy") from None


FRONT_END = VowelTimes
