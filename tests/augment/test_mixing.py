"""Mixing keeps the level of the anchor."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.augment.mixing import at_level, fitted, mixed, rms


def noise(seed: int, length: int = 20000, level: float = 0.1) -> np.ndarray:
    return (level * np.random.default_rng(seed).standard_normal(length)).astype(np.float32)


def test_the_whole_share_returns_the_anchor_bit_for_bit() -> None:
    anchor = noise(0)
    assert np.array_equal(mixed(anchor, noise(1), 1.0), anchor)


@pytest.mark.parametrize("share", [0.5, 0.6, 0.75, 0.9])
def test_the_level_of_uncorrelated_mixtures_is_that_of_the_anchor(share: float) -> None:
    anchor, partner = noise(0), noise(1, level=0.7)
    assert rms(mixed(anchor, partner, share)) == pytest.approx(rms(anchor), rel=0.05)
    plain = share * anchor + (1 - share) * at_level(partner, rms(anchor))
    assert rms(plain) < 0.95 * rms(anchor)


def test_a_plain_mean_loses_three_decibels() -> None:
    anchor = noise(0)
    assert rms((anchor + at_level(noise(1), rms(anchor))) / 2) / rms(anchor) == pytest.approx(0.71, abs=0.02)


def test_silence_stays_silent() -> None:
    assert not at_level(np.zeros(5, np.float32), 0.3).any()
    anchor = noise(0, 100)
    assert np.isfinite(mixed(anchor, np.zeros(100, np.float32), 0.5)).all()


def test_a_partner_is_cut_or_repeated() -> None:
    generator = np.random.default_rng(0)
    x = np.arange(10, dtype=np.float32)
    part = fitted(x, 4, generator)
    assert np.array_equal(part, part[0] + np.arange(4))
    longer = fitted(x, 25, generator)
    assert np.array_equal(longer, (longer[0] + np.arange(25)) % 10)
    assert fitted(x, 10, generator) is x


def test_float32_stays() -> None:
    assert mixed(noise(0, 10), noise(1, 10), 0.7).dtype == np.float32
