"""Additive noise at a chosen signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.augment.mixing import at_level, fitted, rms
from ai4er.errors import Ai4erError


def at_ratio(samples: np.ndarray, noise: np.ndarray, decibels: float) -> np.ndarray:
    """The samples plus the noise, scaled so that 10 log10(P_samples / P_noise) = `decibels`.

    Both are (samples,) of one length, and P is the mean square over all of it. Silence stays silent; samples beyond
    [-1, 1] are left so. Raises `Ai4erError` for noise that is silent.
    """
    if not rms(noise):
        raise Ai4erError("the noise is silent: a signal-to-noise ratio needs noise with some power")
    return samples + at_level(noise, rms(samples) * 10 ** (-decibels / 20))


def white(length: int, generator: np.random.Generator) -> np.ndarray:
    """Gaussian noise (length,) float32 with the same power in every hertz."""
    return generator.standard_normal(length, dtype=np.float32)


def pink(length: int, generator: np.random.Generator) -> np.ndarray:
    """Gaussian noise (length,) float32 with the same power in every octave: 1/f, 3 dB less an octave."""
    spectrum = np.fft.rfft(generator.standard_normal(length))
    falling = np.zeros(len(spectrum))
    falling[1:] = 1 / np.sqrt(np.arange(1, len(spectrum)))
    return np.fft.irfft(spectrum * falling, length).astype(np.float32)


def babble(recordings: Sequence[np.ndarray], length: int, generator: np.random.Generator) -> np.ndarray:
    """Several people at once, equally loud: the sum of a part of each recording, (length,)."""
    parts = [loud_part(samples, length, generator) for samples in recordings]
    return np.stack([at_level(part, 1.0) for part in parts]).sum(0)


def loud_part(samples: np.ndarray, length: int, generator: np.random.Generator) -> np.ndarray:
    """`length` samples: a random part with at least half the mean power; a shorter recording repeated, begun anywhere.

    There always is such a part: the fewest parts that cover the recording are together less than twice as long.
    """
    if len(samples) <= length:
        return fitted(samples, length, generator)
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    within = energy[length:] - energy[:-length]
    loud = np.flatnonzero(within >= 0.499 * energy[-1] * length / len(samples))
    start = int(loud[generator.integers(len(loud))])
    return samples[start : start + length]
