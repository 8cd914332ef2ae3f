"""Word error rate against a plain recursion."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from ai4er.labels.word_error_rate import edit_distance, word_error_rate


def plain(one: str, other: str) -> int:
    @functools.cache
    def distance(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        same = one[i - 1] == other[j - 1]
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (not same))

    return distance(len(one), len(other))


def test_the_distance_is_that_of_the_recursion() -> None:
    generator = np.random.default_rng(0)
    for _ in range(60):
        one, other = ("".join(generator.choice(list("abc"), generator.integers(0, 9))) for _ in range(2))
        assert edit_distance(one, other) == plain(one, other)


def test_errors_are_counted_over_all_words() -> None:
    said, heard = ["so you saw my letter", "yes"], ["so you the letter", "yes yes"]
    assert word_error_rate(said, heard) == pytest.approx(3 / 6)
    assert word_error_rate(said, said) == 0
    assert math.isnan(word_error_rate([""], [""]))
