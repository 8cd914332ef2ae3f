"""Simulated transcripts: as many words are wrong as was said, and more errors contain the fewer."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.augment.word_errors import with_word_errors

TEXT = " ".join(f"w{i}" for i in range(4000))


def heard(rate: float) -> str:
    return with_word_errors(TEXT, rate, ["other"], np.random.default_rng(3))


def test_the_rate_is_the_share_of_words_that_are_lost() -> None:
    for rate in (0.0, 0.1, 0.5, 1.0):
        kept = set(heard(rate).split()) - {"other"}
        assert 1 - len(kept) / 4000 == pytest.approx(rate, abs=0.02)
        assert heard(rate).split().count("other") / 4000 == pytest.approx(rate / 2, abs=0.02)


def test_what_is_wrong_at_a_low_rate_is_wrong_at_a_high_one() -> None:
    few, many = (set(heard(rate).split()) - {"other"} for rate in (0.2, 0.6))
    assert many < few
    assert with_word_errors("good morning", 1.0, [], np.random.default_rng(0)) == ""
