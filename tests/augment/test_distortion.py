"""Distorted speech is as long as before, and a missing band alone is missing."""

from __future__ import annotations

import numpy as np

from ai4er.augment.distortion import distort, without_band


def tones(*frequencies: float) -> np.ndarray:
    time = np.arange(4800) / 16_000
    return np.sum([np.sin(2 * np.pi * f * time) for f in frequencies], axis=0).astype(np.float32)


def test_every_kind_keeps_the_length_and_changes_the_sound() -> None:
    x = 0.1 * tones(300, 1200)
    for seed in range(12):
        found = distort(x, 16_000, np.random.default_rng(seed))
        assert found.shape == x.shape and found.dtype == np.float32 and np.isfinite(found).all()
        assert np.abs(found - x).max() > 1e-3
    again = distort(x, 16_000, np.random.default_rng(3))
    np.testing.assert_array_equal(again, distort(x, 16_000, np.random.default_rng(3)))


def test_a_band_is_taken_out_and_nothing_else() -> None:
    found = without_band(tones(300, 1200, 3000), 16_000, 1000, 500)
    np.testing.assert_allclose(found, tones(300, 3000), atol=1e-4)
