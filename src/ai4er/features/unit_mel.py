"""Mel spectrogram scaled to [0, 1], as voice conversion by decomposition reads it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy.sparse
from pydantic import Field

from ai4er.features._audio import AudioFrontEnd
from ai4er.features._spectrum import frame_counts, hann, hertz_to_mel, map_frames, mel_to_hertz, power_spectrum, split

_GAIN, _DITHER = 0.96, 1e-6
_RUMBLE = 30.0
"""Hertz, below which a Butterworth filter of order 5 leaves nothing."""
_LOUDEST, _RANGE = 16.0, 100.0
"""Decibels that are taken off, and those below that which fill the interval."""


class UnitMel(AudioFrontEnd):
    """(frames, bands) in [0, 1]: (20 log10 of the magnitudes in each mel band - 16 + 100) / 100, cut to the interval.

    Frames of 1024 samples every 256 (16 ms), bands from 90 to 7600 Hz; rumble is filtered out before. Source: the
    front end of Qian et al., "Unsupervised speech decomposition via triple information bottleneck", ICML 2020.
    """

    bands: int = Field(80, gt=0)
    n_fft: int = Field(1024, gt=1)
    hop: int = Field(256, gt=0)
    lowest: float = Field(90.0, ge=0)
    highest: float = Field(7600.0, gt=0)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        items = [self._prepared(samples) for samples in raw]
        filters = _filters(self.sample_rate, self.n_fft, self.bands, self.lowest, self.highest)
        window = hann(self.n_fft)

        def compute(frames: np.ndarray) -> np.ndarray:
            return (filters @ np.sqrt(power_spectrum(frames * window, self.n_fft))).T

        magnitudes = map_frames(items, self.n_fft, self.hop, self.bands, compute, reflected=False)
        scaled = (20 * np.log10(np.maximum(magnitudes, 1e-5)) - _LOUDEST + _RANGE) / _RANGE
        return split(scaled.clip(0, 1).astype(np.float32), frame_counts(items, self.n_fft, self.hop))

    def _prepared(self, samples: np.ndarray) -> np.ndarray:
        from scipy.signal import butter, sosfilt

        filtered = sosfilt(butter(5, _RUMBLE, "highpass", fs=self.sample_rate, output="sos"), samples) * _GAIN
        dither = _DITHER * (np.random.default_rng(0).random(len(samples)) - 0.5)
        return (filtered + dither).astype(np.float32)


@lru_cache
def _filters(sample_rate: int, n_fft: int, bands: int, lowest: float, highest: float) -> scipy.sparse.csr_matrix:
    """Triangles of equal area between two frequencies, (bands, bins)."""
    bins = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    first, last = hertz_to_mel(np.array([lowest, highest]))
    edges = mel_to_hertz(np.linspace(first, last, bands + 2))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    return scipy.sparse.csr_matrix((triangles * 2 / (high - low)).astype(np.float32))


FRONT_END = UnitMel
