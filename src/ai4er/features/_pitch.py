"""Pitch from the autocorrelation of short frames, for many recordings at once.

Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
sampled sound", Proceedings of the Institute of Phonetic Sciences 17, 1993: the autocorrelation of a windowed
frame, divided by that of the window, has its peaks at the periods, and the height of a peak is the harmonic
part of the energy. The search range is then narrowed to each speaker: Hirst, "The analysis by synthesis of
speech melody", Journal of Speech Sciences 1, 2011 (a second pass around the quartiles of the first).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft

from ai4er.features._spectrum import hann, map_frames
from ai4er.features._statistics import percentiles

LOWEST, HIGHEST = 60.0, 600.0
"""Hertz; screams reach the upper end."""
_WINDOW = 0.04
"""Seconds: 2.4 periods of the lowest pitch, 3 of 75 Hz."""
_CANDIDATES = 5
_VOICED = 0.45
_OCTAVE_COST = 0.02
"""How much higher the peak of a period twice as long must be."""
_BELOW, _ABOVE = 0.75, 2.0
"""The second pass searches from 0.75 of the lower to twice the upper quartile of the first."""


def pitch_candidates(items: Sequence[np.ndarray], sample_rate: int, hop: int) -> np.ndarray:
    """The highest autocorrelation peaks of each frame, (frames of all items, candidates, 2).

    The last axis holds the frequency in hertz and the height in 0 to 1; absent candidates are zero.
    """
    length = 2 * round(_WINDOW * sample_rate / 2)
    window = hann(length).astype(np.float32)
    longest, shortest = int(sample_rate / LOWEST) + 2, int(sample_rate / HIGHEST) - 1
    size = scipy.fft.next_fast_len(length + longest, real=True)
    shape = _autocorrelation(window, size)[:longest]
    shape = shape / shape[0]

    def compute(frames: np.ndarray) -> np.ndarray:
        windowed = (frames - frames.mean(axis=1, keepdims=True)) * window
        correlation = _autocorrelation(windowed, size)[:, :longest]
        heights = correlation / (correlation[:, :1] + np.float32(1e-12)) / shape
        return _peaks(heights[:, shortest:], shortest, sample_rate).reshape(len(frames), -1)

    return map_frames(items, length, hop, 2 * _CANDIDATES, compute).reshape(-1, _CANDIDATES, 2)


def _autocorrelation(frames: np.ndarray, size: int) -> np.ndarray:
    spectrum = scipy.fft.rfft(frames, n=size)
    return scipy.fft.irfft(spectrum.real**2 + spectrum.imag**2, n=size)


def _peaks(heights: np.ndarray, first_lag: int, sample_rate: int) -> np.ndarray:
    """The best local maxima (frames, candidates, 2) with their place and height between the samples."""
    left, centre, right = heights[:, :-2], heights[:, 1:-1], heights[:, 2:]
    score = np.where((centre > left) & (centre >= right), centre, -1)
    at = np.argpartition(-score, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    left, centre, right, score = (np.take_along_axis(v, at, axis=1) for v in (left, centre, right, score))
    curvature = np.minimum(left - 2 * centre + right, -1e-9)
    shift = np.where(score > 0, 0.5 * (left - right) / curvature, 0)  # between -0.5 and 0.5 beside a maximum
    height = centre - 0.25 * (left - right) * shift
    height = np.where(height > 1, 1 / np.maximum(height, 1), height)
    found = np.stack([sample_rate / (at + 1 + first_lag + shift), height], axis=-1)
    return np.where(score[..., None] > 0, found, 0)


def pitch_track(
    candidates: np.ndarray, loud: np.ndarray, there: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pitch in hertz (0 = unvoiced), peak height in 0 to 1, and voicing, each (items, frames).

    `candidates` are (items, frames, candidates, 2); `loud` marks the frames that are not silent and `there`
    those that are no padding, both (items, frames).
    """
    anything = np.array([LOWEST, HIGHEST], dtype=np.float32)
    frequency, height = _best(candidates, anything[None])
    voiced = (height > _VOICED) & loud & there
    quartiles = percentiles(frequency[:, None], voiced[:, None], (25, 75))[:, 0]
    known = voiced.any(axis=1)[:, None]
    frequency, height = _best(candidates, np.where(known, quartiles * (_BELOW, _ABOVE), anything))
    voiced = (height > _VOICED) & loud & there
    frequency = _smoothed(frequency, voiced)
    return np.where(voiced, frequency, 0), height, voiced


def _best(candidates: np.ndarray, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequency and height (items, frames) of the best candidate between the limits (items, 2)."""
    frequency, height = candidates[..., 0], candidates[..., 1]
    low, high = limits[:, 0, None, None], limits[:, 1, None, None]
    inside = (frequency >= low) & (frequency <= high)
    score = height + np.float32(_OCTAVE_COST) * np.log2(np.maximum(frequency, 1) / np.float32(LOWEST))
    best = np.where(inside, score, -1).argmax(axis=-1)[..., None]
    chosen, peak = (np.take_along_axis(v, best, axis=-1)[..., 0] for v in (frequency, np.where(inside, height, 0)))
    return chosen, peak


def _smoothed(frequency: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """The median of three frames where all three are voiced."""
    padded = np.pad(frequency, ((0, 0), (1, 1)), mode="edge")
    neighbours = np.stack([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]])
    run = np.pad(voiced, ((0, 0), (1, 1)))
    return np.where(run[:, :-2] & run[:, 2:], np.median(neighbours, axis=0), frequency)
