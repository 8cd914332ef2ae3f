"""Words become the same numbers everywhere."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.features.words import words
from ai4er.records import Record


def test_case_is_lost_and_signs_are_words() -> None:
    assert words("WHAT?! it's FINE, ça va 😀") == ["what", "?", "!", "it's", "fine", ",", "ça", "va", "😀"]
    assert words(" \n") == []


def test_a_number_is_the_digest_of_the_word() -> None:
    found = front_end("words").extract(["Good good", ""])
    assert found[0].dtype == np.int64 and found[0][0] == found[0][1] and found[1].shape == (0,)
    expected = int.from_bytes(hashlib.blake2b(b"good", digest_size=8).digest(), "big", signed=True)
    assert int(found[0][0]) == expected


def test_a_record_without_text_is_named() -> None:
    extractor = front_end("words")
    assert extractor.has(Record(id="a", corpus="c", text="")) and not extractor.has(Record(id="a", corpus="c"))
    with pytest.raises(Ai4erError, match="a: the record has no text"):
        extractor.load(Record(id="a", corpus="c"))
