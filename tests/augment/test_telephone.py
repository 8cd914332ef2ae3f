"""A telephone leaves the band of speech, with a noise that follows the level."""

from __future__ import annotations

import numpy as np

from ai4er.augment.telephone import telephone

RATE = 16_000
TIME = np.arange(RATE) / RATE


def test_the_band_passes_and_what_lies_outside_does_not() -> None:
    inside, outside = np.sin(2 * np.pi * 1000 * TIME), np.sin(2 * np.pi * 5000 * TIME) + np.sin(2 * np.pi * 150 * TIME)
    heard = telephone((0.3 * inside + 0.3 * outside).astype(np.float32), RATE)
    assert np.sqrt(np.mean((heard - 0.3 * inside) ** 2)) < 0.01


def test_quantisation_keeps_weak_parts_better_than_even_steps_would() -> None:
    """Mu-law: at 40 dB below the peak the error is still a small part of the signal."""
    tone = np.sin(2 * np.pi * 1000 * TIME) * np.where(TIME < 0.5, 0.9, 0.009)
    heard = telephone(tone.astype(np.float32), RATE)
    weak = slice(RATE // 2 + 400, RATE - 400)
    error = np.sqrt(np.mean((heard[weak] - tone[weak]) ** 2)) / np.sqrt(np.mean(tone[weak] ** 2))
    even = np.round(tone[weak] * 127) / 127
    assert error < 0.1 < np.sqrt(np.mean((even - tone[weak]) ** 2)) / np.sqrt(np.mean(tone[weak] ** 2))


def test_silence_and_nothing() -> None:
    assert not telephone(np.zeros(100, np.float32), RATE).any()
    assert len(telephone(np.zeros(0, np.float32), RATE)) == 0
