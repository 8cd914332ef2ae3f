"""What is said, as phonemes and their classes: from letters by rule."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal, NamedTuple

from ai4er.labels import _letter_to_sound as tables

PhonemeClass = Literal["vowel", "voiced_consonant", "unvoiced_consonant", "other"]
CLASSES: tuple[PhonemeClass, ...] = ("vowel", "voiced_consonant", "unvoiced_consonant", "other")
PAUSE, NOISE = "sp", "noise"
_MEMBERS = {
    "vowel": "AA AE AH AO AW AX AY EH ER EY IH IY OE OW OY UE UH UW",
    "voiced_consonant": "B D DH G JH L M N NG R V W Y Z ZH",
    "unvoiced_consonant": "CH CX F HH K P S SH T TH X",
}
VOWELS = ("a", "e", "i", "o", "u")
"""The vowels that nearly all languages have, by their sign in the International Phonetic Alphabet."""
_SHARED = {"a": "AA AH AW AY", "e": "AE EH EY", "i": "IH IY", "o": "AO OW OY", "u": "UH UW"}
_VOWEL_OF = {phoneme: vowel for vowel, members in _SHARED.items() for phoneme in members.split()}
_CLASS_OF = {phoneme: name for name, members in _MEMBERS.items() for phoneme in members.split()}
_TABLES = {"en": tables.ENGLISH, "de": tables.GERMAN}
_NOISE = r"\[[^\]]*\]|<[^>]*>|\([^)]*\)"
_PAUSE = r"[,.;:?!…]+(?=\s*\w)|\s[-–—]+\s"
_WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
_UNIT = re.compile(f"(?P<noise>{_NOISE})|(?P<pause>{_PAUSE})|(?P<word>{_WORD})")


class _Rules(NamedTuple):
    pattern: re.Pattern[str]
    spoken: tuple[tuple[str, ...], ...]


def phoneme_class(phoneme: str) -> str:
    """The class of a phoneme; `other` for pauses, noises and all that is none.

    >>> [phoneme_class(p) for p in ("S", "AE", "D", "sp")]
    ['unvoiced_consonant', 'vowel', 'voiced_consonant', 'other']
    """
    return _CLASS_OF.get(phoneme, "other")


def shared_vowel(phoneme: str) -> str | None:
    """The nearest of `VOWELS`, which for a diphthong is where it begins; None for reduced, rounded front and no vowels.

    >>> [shared_vowel(p) for p in ("AY", "IH", "UE", "S")]
    ['a', 'i', None, None]
    """
    return _VOWEL_OF.get(phoneme)


def phonemes(text: str, language: str = "en") -> list[str]:
    """The phonemes of a text in ARPAbet without stress, by letter-to-sound rules; see `_letter_to_sound.py`.

    English and German have rules of their own; other languages in the Latin script are read letter by letter, and
    those in another script have no phonemes. A mark inside the text is a pause (`sp`), and what stands in brackets
    (laughter, noises) is `noise`.

    >>> phonemes("So sad, she thought.")
    ['S', 'OW', 'S', 'AE', 'D', 'sp', 'SH', 'IY', 'TH', 'AO', 'T']
    """
    found: list[str] = []
    for unit in _UNIT.finditer(text.lower()):
        if unit["word"]:
            found += _word(unit["word"].replace("’", "'"), language)
        else:
            found.append(NOISE if unit["noise"] else PAUSE)
    return found


@cache
def _word(word: str, language: str) -> tuple[str, ...]:
    rules = _rules(language[:2])
    if language[:2] != "de":
        word = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))
    spoken: list[str] = []
    place = 0
    while place < len(word):
        match = rules.pattern.match(word, place)
        if match is not None and match.lastindex is not None:
            spoken += rules.spoken[match.lastindex - 1]
        place = match.end() if match is not None and match.end() > place else place + 1
    return tuple(spoken)


@cache
def _rules(language: str) -> _Rules:
    lines = [line.partition(" ") for line in _TABLES.get(language, tables.LATIN).strip("\n").split("\n")]
    pattern = "|".join(f"({written})" for written, _, _ in lines)
    return _Rules(re.compile(pattern), tuple(tuple(said.split()) for _, _, said in lines))
