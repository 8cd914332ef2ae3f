"""The words of a text as numbers, for systems that count them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.records import Record

_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


class Words(FrontEnd):
    """(words,) int64: the first 8 bytes of the BLAKE2 digest of every word in lower case, the same everywhere.

    A word is a run of letters and digits, with apostrophes inside; every other sign (`!`, an emoji) is one too. Texts
    without spaces between words (Chinese, Japanese) are not taken apart. An empty text has no words.
    """

    needs: ClassVar[str] = "text"
    integer: ClassVar[bool] = True
    cached: ClassVar[bool] = False

    def load(self, record: Record) -> str:
        """The text; raises `Ai4erError` for a record without one."""
        if record.text is None:
            raise Ai4erError(f"{record.id}: the record has no text")
        return record.text

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        return [np.array([number(word) for word in words(text)], np.int64) for text in raw]


def words(text: str) -> list[str]:
    """The words of a text in lower case.

    >>> words("Don't! I like it 😀")
    ["don't", '!', 'i', 'like', 'it', '😀']
    """
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1 << 18)
def number(word: str) -> int:
    """The number of a word."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big", signed=True)


FRONT_END = Words
