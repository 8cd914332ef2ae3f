"""Distorted copies of speech: noise on top, and a change of the sound itself."""

from __future__ import annotations

import numpy as np

from ai4er.augment.noise import at_ratio, pink, white
from ai4er.augment.pitch_and_tempo import pitch_and_tempo
from ai4er.augment.reverberation import impulse_response, reverberate


def distort(samples: np.ndarray, sample_rate: int, generator: np.random.Generator) -> np.ndarray:
    """White or pink noise at 0 to 20 dB, and then a room, a missing band or another pitch, each equally often.

    Rooms reverberate for 0.2 to 0.8 s, bands are 500 Hz wide, the pitch moves by up to 300 cents: (samples,) -> the
    same length. Source: the additive and the non-additive distortion of Huang et al., "Improving the Robustness of
    DistilHuBERT to Unseen Noisy Conditions", arXiv 2210.07978, with generated noises and rooms.
    """
    noise = (white, pink)[int(generator.integers(2))](len(samples), generator)
    noisy = at_ratio(samples, noise, generator.uniform(0, 20)).astype(np.float32)
    kind = int(generator.integers(3))
    if kind == 0:
        return reverberate(noisy, impulse_response(generator.uniform(0.2, 0.8), sample_rate, generator))
    if kind == 1:
        return without_band(noisy, sample_rate, generator.uniform(100, 0.45 * sample_rate), 500)
    moved = pitch_and_tempo(noisy, sample_rate, generator.uniform(-300, 300), 1.0)
    return np.pad(moved, (0, max(0, len(noisy) - len(moved))))[: len(noisy)]


def without_band(samples: np.ndarray, sample_rate: int, low: float, width: float) -> np.ndarray:
    """The samples without the frequencies from `low` over `width` hertz.

    >>> tone = np.sin(2 * np.pi * 440 * np.arange(1600) / 16000)
    >>> bool(np.abs(without_band(tone, 16000, 400, 100)).max() < 1e-6)
    True
    """
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / sample_rate)
    spectrum[(frequency >= low) & (frequency < low + width)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)
