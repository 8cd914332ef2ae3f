"""Features of a sentiment lexicon."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.records import Record


def of(*texts: str) -> list[np.ndarray]:
    return front_end("lexicon").extract(texts)


def test_the_sign_follows_the_words_and_their_negation() -> None:
    good, bad, denied = (found[0] for found in of("What a great day!", "This is horrible.", "This is not great."))
    assert good > 0.5 and bad < -0.3 and denied < 0 < good


def test_words_have_their_valence() -> None:
    (found,) = of("great but horrible")
    compound, positive, negative, neutral, highest, lowest, mean, share = found
    assert highest == np.float32(3.1) and lowest == np.float32(-2.5) and share == np.float32(2 / 3)
    assert mean == pytest.approx(0.3) and positive + negative + neutral == pytest.approx(1, abs=0.01) and compound < 0


@pytest.mark.parametrize("text", ["", "   ", "...", "这是", "the table"])
def test_a_text_without_a_known_word_is_neutral(text: str) -> None:
    np.testing.assert_array_equal(of(text)[0], [0, 0, 0, 1, 0, 0, 0, 0])


def test_a_record_without_text_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="has no text"):
        front_end("lexicon").load(Record(id="a", corpus="c"))
