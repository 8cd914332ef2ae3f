"""Transcripts as characters, the output symbols of recognition by connectionist temporal classification (CTC)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_SPELLED_OUT = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "ẞ": "SS", "ß": "SS", "’": "'", "‘": "'", "Æ": "AE",
                              "Œ": "OE", "Ø": "OE"})  # fmt: skip
"""How letters beside the 26 are written with them (DIN 5007-2 for German)."""


@dataclass(frozen=True)
class Alphabet:
    """The symbols of a recogniser by number; the first is the blank of CTC and stands in no transcript.

    `space` is the symbol between words. Signs that the alphabet lacks are left out.
    """

    symbols: tuple[str, ...]
    space: str

    def encode(self, text: str) -> np.ndarray:
        """The numbers of the letters of a text, (letters,) int64; none for a text in another script.

        >>> WAV2VEC2.encode("Tür, hü!").tolist()
        [6, 16, 5, 13, 4, 11, 16, 5]
        """
        numbers = {symbol: number for number, symbol in enumerate(self.symbols)}
        return np.array([numbers[sign] for sign in self._signs(text) if sign in numbers], np.int64)

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of numbers, in small letters; symbols of more than one sign (`<s>`) are left out."""
        signs = (self.symbols[number] for number in numbers)
        text = "".join(" " if sign == self.space else sign for sign in signs if len(sign) == 1)
        return " ".join(text.lower().split())

    def _signs(self, text: str) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).upper().translate(_SPELLED_OUT))
        known = "".join(sign if sign in self.symbols else " " if sign in " -–—/\t\n" else "" for sign in plain)
        return self.space.join(known.split())


WAV2VEC2 = Alphabet(("<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZ"), "|")
"""The 32 symbols of the published English wav2vec 2.0 recognisers, in their order (most frequent letter first)."""
