"""Pitch and tempo: each moves without the other; a phase vocoder loses up to a tenth of the level."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.augment.pitch_and_tempo import pitch_and_tempo, time_stretch

RATE = 16000
TONE = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)


def strongest(samples: np.ndarray) -> float:
    """The frequency in hertz with the most power in the middle of a recording."""
    middle = samples[len(samples) // 2 - 4096 : len(samples) // 2 + 4096] * np.hanning(8192)
    return float(np.argmax(np.abs(np.fft.rfft(middle))) * RATE / 8192)


@pytest.mark.parametrize("tempo", [0.8, 1.0, 1.25])
@pytest.mark.parametrize("cents", [-300, 0, 200])
def test_a_tone_moves_by_cents_and_its_length_by_the_tempo(tempo: float, cents: float) -> None:
    found = pitch_and_tempo(TONE, RATE, cents, tempo)
    assert len(found) == pytest.approx(RATE / tempo, rel=0.01)
    assert strongest(found) == pytest.approx(440 * 2 ** (cents / 1200), rel=0.01)
    level = np.sqrt(np.mean(np.square(found[2000:-2000])))
    assert level == pytest.approx(np.sqrt(0.5), rel=0.1)


def test_a_tempo_of_one_is_the_recording_itself() -> None:
    assert time_stretch(TONE, 1.0) is TONE
