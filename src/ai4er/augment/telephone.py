"""Sound as it comes through a telephone: 300 to 3400 Hz in 8 bits with a logarithmic scale."""

from __future__ import annotations

import numpy as np

_LOW, _HIGH = 300.0, 3400.0
_MU = 255.0
_PEAK = 0.9
_SILENT = 1e-6


def telephone(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """The samples (samples,) without what lies outside the band, quantised with the mu-law; silence stays silent.

    The sampling rate stays. Source: ITU-T recommendations G.711 (mu-law, here its continuous form) and G.712 (band).

    >>> tone = np.sin(2 * np.pi * 100 * np.arange(1600) / 16000).astype(np.float32)
    >>> float(np.abs(telephone(tone, 16000)).max())
    0.0
    """
    if not len(samples):
        return samples
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / sample_rate)
    spectrum[(frequency < _LOW) | (frequency > _HIGH)] = 0
    heard = np.fft.irfft(spectrum, len(samples))
    peak = np.abs(heard).max()
    if peak < _SILENT:
        return np.zeros(len(samples), np.float32)
    level = _PEAK / peak
    squeezed = np.sign(heard) * np.log1p(_MU * np.abs(heard * level)) / np.log1p(_MU)
    steps = np.round(squeezed * 127) / 127
    opened = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU
    return (opened / level).astype(np.float32)
