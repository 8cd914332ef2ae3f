"""Differential entropy of EEG bands over time, smoothed by a linear dynamic system.

The differential entropy of a Gaussian signal is h = 0.5 ln(2 pi e variance): Duan, Zhu, Lu: "Differential
entropy feature for EEG-based emotion classification", NER 2013; the smoothing: Shi, Lu: "Off-line and on-line
vigilance estimation based on linear dynamical system and manifold learning", EMBC 2010.

Known: bands, windows, formula, and for SEED-VII (`method=fft`) Hann window, FFT of 256 points, mean squared
magnitude, log2(100 power), and all values of the smoother. Chosen: for `method=band_pass` a Butterworth
filter of order 4, run forwards and backwards over the whole recording; for `method=fft` an FFT as long as the
window where that is longer than 256 samples, and bands without their upper end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.records import Record

BANDS: dict[str, tuple[tuple[float, float], ...]] = {
    "seed": ((1, 4), (4, 8), (8, 14), (14, 31), (31, 50)),
    "seed_vii": ((1, 4), (4, 8), (8, 14), (14, 31), (31, 49)),
    "deap": ((4, 8), (8, 14), (14, 31), (31, 45)),
}
"""Edges in hertz: delta, theta, alpha, beta, gamma; DEAP ships without delta, and cut off at 45 Hz."""

_LEAST_VARIANCE = 1e-10
_TRANSITION_NOISE, _OBSERVATION_NOISE, _FIRST_VARIANCE = 0.001, 1.0, 0.1


class DifferentialEntropy(FrontEnd):
    """Differential entropy (windows, channels, bands) of arrays["eeg"] (samples, channels).

    Recordings with another rate in `attributes["sample_rate"]` are brought to `sample_rate` (hertz). `window`
    is the length of the windows in seconds, one behind the other; a rest shorter than a window is left out.
    `bands` is `seed`, `seed_vii` or `deap`, `all` (one band, no filter), or edges such as `4-8/8-13.5`.
    `smoothing` over the windows is `kalman`, `moving` (mean over five windows, fewer at the ends), or `none`.
    """

    needs: ClassVar[str] = "eeg"
    timed: ClassVar[bool | None] = True

    sample_rate: int = Field(200, gt=0)
    window: float = Field(1.0, gt=0)
    bands: str = "seed"
    method: Literal["band_pass", "fft"] = "band_pass"
    smoothing: Literal["kalman", "moving"] | None = "kalman"

    def load(self, record: Record) -> np.ndarray:
        """The recording (samples, channels) at the rate of this front end.

        Raises `Ai4erError` for a record without EEG, or with less than a window of it.
        """
        if "eeg" not in record.arrays:
            raise Ai4erError(f"{record.id}: the record has no EEG")
        eeg = np.asarray(record.arrays["eeg"], np.float64)
        eeg = _at_rate(eeg, float(record.attributes.get("sample_rate", self.sample_rate)), self.sample_rate)
        if len(eeg) < self._length:
            raise Ai4erError(
                f"{record.id}: {len(eeg) / self.sample_rate:.2f} s of EEG are less than a window of {self.window:g} s"
            )
        return eeg

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        edges = self._edges()
        if self.method == "band_pass":
            filters = [_filter(band, self.sample_rate) for band in edges]
            values = (_by_filter(eeg, filters, self._length) for eeg in raw)
        else:
            values = (_by_fft(eeg, edges, self._length, self.sample_rate) for eeg in raw)
        return [self._smoothed(item).astype(np.float32) for item in values]

    def _smoothed(self, values: np.ndarray) -> np.ndarray:
        if self.smoothing is None:
            return values
        return kalman_smoothed(values) if self.smoothing == "kalman" else moving_mean(values)

    @property
    def _length(self) -> int:
        return max(2, round(self.window * self.sample_rate))

    def _edges(self) -> list[tuple[float, float] | None]:
        """The edges of each band; None stands for all frequencies."""
        if self.bands == "all":
            return [None]
        if self.bands in BANDS:
            edges = list(BANDS[self.bands])
        else:
            try:
                edges = [(float(low), float(high)) for low, high in (b.split("-") for b in self.bands.split("/"))]
            except ValueError:
                names = ", ".join([*BANDS, "all"])
                raise Ai4erError(f"bands={self.bands!r}: {names}, or edges in hertz such as 4-8/8-13.5") from None
        for low, high in edges:
            if not 0 < low < high < self.sample_rate / 2:
                raise Ai4erError(
                    f"bands={self.bands!r}: {low:g}-{high:g} Hz is not within 0 and {self.sample_rate / 2:g} Hz, "
                    f"half of sample_rate={self.sample_rate}"
                )
        return list(edges)


def _at_rate(eeg: np.ndarray, rate: float, wished: int) -> np.ndarray:
    if rate == wished:
        return eeg
    from fractions import Fraction

    from scipy.signal import resample_poly

    ratio = Fraction(wished / rate).limit_denominator(10000)
    return resample_poly(eeg, ratio.numerator, ratio.denominator, axis=0, padtype="line")


def _windows(eeg: np.ndarray, length: int) -> np.ndarray:
    """(samples, channels) -> (windows, length, channels)."""
    count = len(eeg) // length
    return eeg[: count * length].reshape(count, length, -1)


def _filter(band: tuple[float, float] | None, rate: int) -> np.ndarray | None:
    """Second-order sections of the band-pass; None for all frequencies."""
    from scipy.signal import butter

    return None if band is None else butter(4, band, "bandpass", fs=rate, output="sos")


def _by_filter(eeg: np.ndarray, filters: list[np.ndarray | None], length: int) -> np.ndarray:
    """0.5 ln(2 pi e variance) of each window of the filtered recording, (windows, channels, bands)."""
    variances = np.stack([_windows(_filtered(eeg, sections), length).var(axis=1) for sections in filters], axis=-1)
    return 0.5 * np.log(2 * np.pi * np.e * np.maximum(variances, _LEAST_VARIANCE))


def _filtered(eeg: np.ndarray, sections: np.ndarray | None) -> np.ndarray:
    from scipy.signal import sosfiltfilt

    return eeg if sections is None else sosfiltfilt(sections, eeg, axis=0, padlen=min(len(eeg) - 1, 600))


def _by_fft(eeg: np.ndarray, edges: list[tuple[float, float] | None], length: int, rate: int) -> np.ndarray:
    """log2(100 power) of each window, (windows, channels, bands); power is a mean squared magnitude."""
    points = max(256, length)
    magnitudes = np.abs(np.fft.rfft(_windows(eeg, length) * np.hanning(length)[:, None], points, axis=1)) ** 2
    frequencies = np.fft.rfftfreq(points, 1 / rate)
    inside = [(frequencies >= low) & (frequencies < high) for low, high in (band or (0, np.inf) for band in edges)]
    power = np.stack([magnitudes[:, where].mean(axis=1) for where in inside], axis=-1)
    return np.log2(100 * np.maximum(power, _LEAST_VARIANCE))


def kalman_smoothed(values: np.ndarray) -> np.ndarray:
    """The mean of a random walk given its noisy observations, all at once, (windows, ...) -> the same.

    z_1 ~ N(mean of the values, 0.1), z_t ~ N(z_(t-1), 0.001), x_t ~ N(z_t, 1). What the Kalman filter and the
    Rauch-Tung-Striebel smoother compute step by step is the minimum of a quadratic form, and so the solution of
    one tridiagonal system that all channels and bands share.
    """
    from scipy.linalg import solveh_banded

    steps = len(values)
    flat = values.reshape(steps, -1)
    mean = flat.mean(axis=0)
    diagonal = np.full(steps, 1 / _OBSERVATION_NOISE)
    diagonal[:-1] += 1 / _TRANSITION_NOISE
    diagonal[1:] += 1 / _TRANSITION_NOISE
    diagonal[0] += 1 / _FIRST_VARIANCE
    right = (flat - mean) / _OBSERVATION_NOISE
    beside = np.full(steps, -1 / _TRANSITION_NOISE)
    solved = solveh_banded(np.stack([diagonal, beside]), right, lower=True) if steps > 1 else right / diagonal[0]
    return (solved + mean).reshape(values.shape)


def moving_mean(values: np.ndarray, span: int = 5) -> np.ndarray:
    """The mean over `span` windows around each, over those that exist at the ends, (windows, ...) -> the same."""
    steps = np.arange(len(values))
    first, behind = np.maximum(0, steps - span // 2), np.minimum(len(values), steps + span // 2 + 1)
    sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
    counts = (behind - first).reshape(-1, *[1] * (values.ndim - 1))
    return (sums[behind] - sums[first]) / counts


FRONT_END = DifferentialEntropy
