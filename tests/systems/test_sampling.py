"""Weighted batches of one length: who can be drawn, and how often."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.systems._sampling import balanced, length_bucketed


def test_the_neighbours_in_length_are_drawn_in_proportion_to_their_weights() -> None:
    lengths, weights = np.array([10, 11, 12, 900]), np.array([1.0, 2.0, 5.0, 3.0])
    generator = np.random.default_rng(0)
    drawn = [length_bucketed(lengths, weights, 4, 1, 5, generator)[0] for _ in range(3000)]
    short = np.concatenate([batch for batch in drawn if batch[0] != 3])
    assert all((batch == 3).all() for batch in drawn if batch[0] == 3)
    np.testing.assert_allclose(np.bincount(short, minlength=4) / len(short), [1 / 8, 2 / 8, 5 / 8, 0], atol=0.02)
    assert np.mean([batch[0] == 3 for batch in drawn]) == pytest.approx(0.25, abs=0.03)


def test_every_epoch_has_as_many_whole_batches() -> None:
    lengths = np.random.default_rng(0).integers(1, 100, 70)
    for seed in range(5):
        batches = length_bucketed(lengths, np.ones(70), 16, 10, 30, np.random.default_rng(seed))
        assert [len(batch) for batch in batches] == [16] * 4


def test_nothing_to_draw_from_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="no training item"):
        length_bucketed(np.zeros(0), np.zeros(0), 4, 1, 1, np.random.default_rng(0))


def test_a_small_group_has_the_same_share_of_every_batch_as_a_large_one() -> None:
    groups = ["en"] * 10_000 + ["ja"] * 500
    batches = balanced(groups, 16, np.random.default_rng(0))
    assert len(batches) == 657 and {len(batch) for batch in batches} == {16}
    drawn = np.concatenate(batches)
    assert np.mean(drawn >= 10_000) == pytest.approx(0.5, abs=0.02)
    assert len(np.unique(drawn[drawn >= 10_000])) == 500


def test_fewer_items_than_a_batch_make_one() -> None:
    assert [len(batch) for batch in balanced(["a", "b", "b"], 8, np.random.default_rng(0))] == [3]
