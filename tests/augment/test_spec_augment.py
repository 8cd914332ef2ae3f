"""SpecAugment: what is masked is one stretch of the mean, what is cut leaves a stretch of the original."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ai4er.augment.spec_augment import cut_frames, mask_bands, mask_frames

SPECTRUM = np.random.default_rng(0).normal(size=(30, 12)).astype(np.float32)


@pytest.mark.parametrize(("mask", "axis", "most"), [(mask_bands, 0, 4), (mask_frames, 1, 9), (mask_bands, 0, 99)])
def test_a_mask_is_one_stretch_of_at_most_so_many_rows(mask: Callable, axis: int, most: int) -> None:
    generator, widths = np.random.default_rng(1), set()
    for _ in range(300):
        masked = mask(SPECTRUM, most, generator)
        changed = np.flatnonzero((masked != SPECTRUM).all(axis))
        widths.add(len(changed))
        assert not len(changed) or np.ptp(changed) == len(changed) - 1
        np.testing.assert_allclose(np.take(masked, changed, axis=1 - axis), SPECTRUM.mean(), rtol=1e-5)
        kept = np.setdiff1d(np.arange(SPECTRUM.shape[1 - axis]), changed)
        np.testing.assert_array_equal(np.take(masked, kept, 1 - axis), np.take(SPECTRUM, kept, 1 - axis))
    assert widths == set(range(min(most, SPECTRUM.shape[1 - axis]) + 1))


def test_cutting_leaves_a_stretch_that_misses_at_most_so_many_frames() -> None:
    generator, lost = np.random.default_rng(2), set()
    for _ in range(200):
        part = cut_frames(SPECTRUM, 5, generator)
        lost.add(30 - len(part))
        windows = np.lib.stride_tricks.sliding_window_view(SPECTRUM, len(part), axis=0).transpose(0, 2, 1)
        assert (windows == part).all((1, 2)).any()
    assert lost == {0, 1, 2, 3, 4, 5}
    assert len(cut_frames(SPECTRUM[:1], 5, generator)) == 1


def test_the_original_stays_as_it_is() -> None:
    before = SPECTRUM.copy()
    mask_bands(SPECTRUM, 12, np.random.default_rng(3))
    mask_frames(SPECTRUM, 30, np.random.default_rng(3))
    np.testing.assert_array_equal(SPECTRUM, before)
