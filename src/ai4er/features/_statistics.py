"""Statistics over the valid frames of many recordings at once: time is the last axis, a mask says what counts.

All take values (items, descriptors, frames) and a boolean mask (items, 1 or descriptors, frames), and are
zero where no frame is valid.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def count(mask: np.ndarray) -> np.ndarray:
    """Valid frames, at least 1, (items, 1 or descriptors)."""
    return np.maximum(mask.sum(axis=-1), 1)


def mean(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The mean (items, descriptors)."""
    return np.where(mask, values, 0).sum(axis=-1, dtype=np.float64) / count(mask)


def moments(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean, standard deviation, skewness and excess kurtosis (items, descriptors, 4).

    The last two are zero for constant values.
    """
    centre = mean(values, mask)
    deviation = np.where(mask, values - centre[..., None], 0)
    square = deviation * deviation
    variance, third, fourth = (mean(power, mask) for power in (square, square * deviation, square * square))
    spread = np.sqrt(variance)
    scale = np.where(spread > 1e-5 * (1 + np.abs(centre)), spread, np.inf)
    kurtosis = np.where(np.isfinite(scale), fourth / scale**4 - 3, 0)
    return np.stack([centre, spread, third / scale**3, kurtosis], axis=-1)


def percentiles(values: np.ndarray, mask: np.ndarray, ranks: Sequence[float]) -> np.ndarray:
    """Percentiles with linear interpolation (items, descriptors, ranks)."""
    ordered = np.sort(np.where(mask, values, np.inf), axis=-1)
    last = np.broadcast_to(count(mask) - 1, values.shape[:-1])[..., None]
    place = last * (np.asarray(ranks) / 100)
    below = np.floor(place).astype(np.int64)
    low = np.take_along_axis(ordered, below, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(below + 1, last), axis=-1)
    with np.errstate(invalid="ignore"):
        between = low + (high - low) * (place - below)
    return np.where(np.isfinite(low), between, 0)


def trend(values: np.ndarray, mask: np.ndarray, step: float) -> np.ndarray:
    """Slope of the straight line through the frames, in units a second, and the deviation from it.

    (items, descriptors, 2); `step` is the time between frames in seconds.
    """
    time = np.broadcast_to(np.arange(values.shape[-1]) * step, mask.shape)
    time = np.where(mask, time - mean(time, mask)[..., None], 0)
    spread = (time * time).sum(axis=-1)
    centred = np.where(mask, values - mean(values, mask)[..., None], 0)
    slope = (centred * time).sum(axis=-1) / np.where(spread > 0, spread, np.inf)
    residual = np.where(mask, centred - slope[..., None] * time, 0)
    return np.stack([slope, np.sqrt(mean(residual * residual, mask))], axis=-1)


def runs(mask: np.ndarray, step: float) -> np.ndarray:
    """How many runs of True each row has, and mean and deviation of their length in seconds: (items, 3).

    `mask` is (items, frames).
    """
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, begins = np.nonzero(edges == 1)
    seconds = (np.nonzero(edges == -1)[1] - begins) * step
    number = np.bincount(rows, minlength=len(mask))
    divisor = np.maximum(number, 1)
    average = np.bincount(rows, seconds, minlength=len(mask)) / divisor
    variance = np.bincount(rows, (seconds - average[rows]) ** 2, minlength=len(mask)) / divisor
    return np.stack([number, average, np.sqrt(variance)], axis=-1)


def deltas(values: np.ndarray) -> np.ndarray:
    """Slope over five frames around each, in units a frame (the regression formula of HTK).

    Beyond both ends the outermost values go on, as they must already do in the padding.
    """
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(2, 2)], mode="edge")
    one, two = padded[..., 3:-1] - padded[..., 1:-3], padded[..., 4:] - padded[..., :-4]
    return (one + 2 * two) / 10
