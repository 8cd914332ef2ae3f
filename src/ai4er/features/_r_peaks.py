"""The R peaks of an electrocardiogram, after Pan and Tompkins 1985.

Pan, Tompkins: "A real-time QRS detection algorithm", IEEE Transactions on Biomedical Engineering 1985: band-pass,
derivative, square, moving integration, thresholds that follow the heights of peaks and of noise, search back.
Chosen: filters without delay (the recording is whole), and peaks refined between the samples by a parabola.
"""

from __future__ import annotations

import numpy as np

_REFRACTORY = 0.2
"""Seconds after a beat in which there cannot be another."""


def r_peaks(ecg: np.ndarray, rate: float) -> np.ndarray:
    """The times of the R peaks in seconds, (beats,), of an electrocardiogram (samples,) of any unit and polarity."""
    from scipy.signal import find_peaks

    if len(ecg) < rate:
        return np.zeros(0)
    filtered, energy = _qrs_energy(np.asarray(ecg, np.float64), rate)
    candidates, _ = find_peaks(energy, distance=max(1, round(_REFRACTORY * rate)))
    beats = _above_threshold(candidates, energy[candidates], rate)
    return np.unique(_refined(filtered, beats, round(0.1 * rate))) / rate


def _qrs_energy(ecg: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """The signal from 5 to 15 Hz, and the mean square of its slope over 150 ms."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import butter, sosfiltfilt

    high = min(15.0, 0.45 * rate)
    filtered = sosfiltfilt(butter(2, (5.0, high), "bandpass", fs=rate, output="sos"), ecg - np.median(ecg))
    return filtered, uniform_filter1d(np.gradient(filtered) ** 2, max(1, round(0.15 * rate)))


def _above_threshold(candidates: np.ndarray, heights: np.ndarray, rate: float) -> np.ndarray:
    """The candidates that are beats: higher than a quarter of the way from the noise to the beats before."""
    if not len(candidates):
        return candidates
    start = heights[candidates < candidates[0] + 5 * rate]
    signal, noise = 0.5 * float(start.max()), 0.1 * float(start.max())
    kept: list[int] = []
    for i, height in enumerate(heights.tolist()):
        if height > noise + 0.25 * (signal - noise):
            kept.append(i)
            signal += 0.125 * (height - signal)
        else:
            noise += 0.125 * (height - noise)
        kept[-1:-1] = _found_again(kept, i, candidates, heights, noise + 0.125 * (signal - noise))
    return candidates[kept]


def _found_again(
    kept: list[int], position: int, candidates: np.ndarray, heights: np.ndarray, threshold: float
) -> list[int]:
    """Search back: the highest candidate in a gap 1.66 times as long as usual, if above half the threshold."""
    if len(kept) < 4 or kept[-1] != position or kept[-1] - kept[-2] < 2:
        return []
    usual = float(np.median(np.diff(candidates[kept])))
    if candidates[kept[-1]] - candidates[kept[-2]] < 1.66 * usual:
        return []
    between = np.arange(kept[-2] + 1, kept[-1])
    highest = int(between[heights[between].argmax()])
    return [highest] if heights[highest] > threshold else []


def _refined(filtered: np.ndarray, beats: np.ndarray, reach: int) -> np.ndarray:
    """The extreme of the filtered signal around each beat, in samples, between samples by a parabola.

    R is the side, up or down, on which the extremes are larger over all beats.
    """
    if not len(beats):
        return np.zeros(0)
    around = np.clip(beats[:, None] + np.arange(-reach, reach + 1), 1, len(filtered) - 2)
    upwards = np.median(filtered[around].max(axis=1)) >= np.median(-filtered[around].min(axis=1))
    signal = filtered if upwards else -filtered
    peak = around[np.arange(len(beats)), signal[around].argmax(axis=1)]
    before, middle, after = signal[peak - 1], signal[peak], signal[peak + 1]
    curvature = before - 2 * middle + after
    shift = np.where(curvature < 0, 0.5 * (before - after) / np.where(curvature < 0, curvature, -1), 0)
    return peak + np.clip(shift, -0.5, 0.5)
