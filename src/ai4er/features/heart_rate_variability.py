"""Heart rate variability of an electrocardiogram or of beat intervals.

Time and frequency domain: Task Force of the European Society of Cardiology and the North American Society of
Pacing and Electrophysiology: "Heart rate variability: standards of measurement", Circulation 1996. Spectrum of
unevenly spaced beats: Lomb 1976. Poincare plot: Brennan, Palaniswami, Kamen 2001. Sample entropy: Richman and
Moorman 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.errors import Ai4erError
from ai4er.features._r_peaks import r_peaks
from ai4er.features.base import FrontEnd
from ai4er.records import Record

NAMES = (
    "mean_rr", "heart_rate", "sdnn", "rmssd", "pnn50", "lf", "hf", "lf_hf", "sd1", "sd2", "sample_entropy",
)  # fmt: skip
"""Seconds, beats a minute, three times milliseconds but pnn50 (a share), twice square milliseconds, a ratio, twice
milliseconds, and natural units of information."""

LOW, HIGH = (0.04, 0.15), (0.15, 0.4)
"""The bands LF and HF in hertz."""

_POSSIBLE = (0.25, 2.5)
_LEAST = 4


class HeartRateVariability(FrontEnd):
    """Eleven values (11,), in the order of `NAMES`, from arrays["rr"] or arrays["ecg"].

    arrays["rr"] are intervals between beats in seconds (beats,); otherwise the R peaks of arrays["ecg"] (samples,)
    or its first lead (samples, leads) are found. `sample_rate` in hertz is used where `attributes["sample_rate"]`
    is absent. Intervals outside of 0.25 to 2.5 s are errors of detection and left out. LF needs about 30 s to
    mean what it says; it is computed for shorter recordings too.
    """

    needs: ClassVar[str] = "ecg"
    also: ClassVar[tuple[str, ...]] = ("rr",)
    timed: ClassVar[bool | None] = False

    sample_rate: float = Field(250.0, gt=0)

    def has(self, record: Record) -> bool:
        return "ecg" in record.arrays or "rr" in record.arrays

    def load(self, record: Record) -> np.ndarray:
        """The intervals in seconds, (beats,).

        Raises `Ai4erError` for a record that has neither array, or fewer than four intervals.
        """
        if not self.has(record):
            raise Ai4erError(f"{record.id}: the record has neither an ECG (arrays['ecg']) nor intervals (arrays['rr'])")
        if "rr" in record.arrays:
            intervals = np.asarray(record.arrays["rr"], np.float64).ravel()
        else:
            ecg = record.arrays["ecg"]
            rate = float(record.attributes.get("sample_rate", self.sample_rate))
            intervals = np.diff(r_peaks(ecg if ecg.ndim == 1 else ecg[:, 0], rate))
        intervals = intervals[(intervals > _POSSIBLE[0]) & (intervals < _POSSIBLE[1])]
        if len(intervals) < _LEAST:
            raise Ai4erError(f"{record.id}: {len(intervals)} beat intervals; {_LEAST} are needed at least")
        return intervals

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [variability(intervals) for intervals in raw]


def variability(intervals: np.ndarray) -> np.ndarray:
    """The values of `NAMES`, (11,) float32, of beat intervals in seconds (beats,)."""
    milliseconds = 1000 * np.asarray(intervals, np.float64)
    steps = np.diff(milliseconds)
    low, high = (band_power(milliseconds, band) for band in (LOW, HIGH))
    values = {
        "mean_rr": milliseconds.mean() / 1000,
        "heart_rate": 60000 / milliseconds.mean(),
        "sdnn": milliseconds.std(ddof=1),
        "rmssd": np.sqrt(np.mean(steps**2)),
        "pnn50": np.mean(np.abs(steps) > 50),
        "lf": low,
        "hf": high,
        "lf_hf": low / max(high, 1e-3),
        "sd1": np.std(milliseconds[1:] - milliseconds[:-1]) / np.sqrt(2),
        "sd2": np.std(milliseconds[1:] + milliseconds[:-1]) / np.sqrt(2),
        "sample_entropy": sample_entropy(milliseconds),
    }
    return np.array([values[name] for name in NAMES], np.float32)


def band_power(milliseconds: np.ndarray, band: tuple[float, float]) -> float:
    """The power of the intervals in a band in square milliseconds.

    The Lomb-Scargle periodogram P of the mean-free intervals at their beat times becomes the one-sided density
    2 P T / beats (T = the duration), whose integral over all frequencies is the variance.
    """
    from scipy.signal import lombscargle

    times = np.cumsum(milliseconds) / 1000
    duration = float(times[-1] - times[0] + milliseconds.mean() / 1000)
    frequencies = np.linspace(*band, max(16, round(4 * duration * (band[1] - band[0]))))
    power = lombscargle(times, milliseconds - milliseconds.mean(), 2 * np.pi * frequencies)
    return float(np.trapezoid(2 * power * duration / len(times), frequencies))


def sample_entropy(values: np.ndarray, length: int = 2, tolerance: float = 0.2) -> float:
    """-ln(A / B): how probable it is that what matches for `length` values matches for one more.

    Two stretches match where no value differs by more than `tolerance` standard deviations; B counts the
    pairs of stretches of `length` that match, A those of one more. Where A or B is zero the result
    is the largest that so many values can have, -ln of one over the number of pairs.
    """
    from scipy.spatial import cKDTree

    stretches = len(values) - length
    reach = tolerance * values.std()

    def matches(size: int) -> int:
        """Pairs of different stretches; the tree counts both orders, and each with itself."""
        tree = cKDTree(np.lib.stride_tricks.sliding_window_view(values, size)[:stretches])
        return (int(tree.count_neighbors(tree, reach, p=np.inf)) - stretches) // 2

    shorter, longer = matches(length), matches(length + 1)
    if not shorter or not longer:
        return float(np.log(max(1, stretches * (stretches - 1) / 2)))
    return float(-np.log(longer / shorter))


FRONT_END = HeartRateVariability
