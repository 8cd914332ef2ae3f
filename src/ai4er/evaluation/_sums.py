"""Metrics as functions of sums over items, so that thousands of resamples are one matrix product.

Each `*_rows` gives one row of numbers an item; each formula takes the sum of such rows, with any
leading axes: (..., numbers) -> (...). A resample in which group g occurs w_g times has the sum w @ S.
"""

from __future__ import annotations

import numpy as np


def class_rows(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Hits, targets and predictions of each class from (items, classes) booleans: (items, 3, classes)."""
    return np.stack([target & predicted, target, predicted], axis=1).astype(np.float64)


def one_hot(classes: np.ndarray, size: int) -> np.ndarray:
    """(items,) class indices as (items, classes) booleans."""
    return np.asarray(classes)[:, None] == np.arange(size)


def group_sums(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(items, ...) rows summed to (groups, ...), `groups` (items,) the number of each item's group."""
    sums = np.zeros((groups.max() + 1, *rows.shape[1:]))
    np.add.at(sums, groups, rows)
    return sums


def share(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom, and 0 where the bottom is 0."""
    bottom = np.asarray(bottom, dtype=np.float64)
    return np.divide(top, bottom, out=np.zeros(np.broadcast_shapes(np.shape(top), bottom.shape)), where=bottom != 0)


def accuracy(sums: np.ndarray) -> np.ndarray:
    """Hits over items."""
    return share(sums[..., 0, :].sum(-1), sums[..., 1, :].sum(-1))


def average_recall(sums: np.ndarray) -> np.ndarray:
    """The mean recall of the classes that occur."""
    occurs = sums[..., 1, :] > 0
    return share((share(sums[..., 0, :], sums[..., 1, :]) * occurs).sum(-1), occurs.sum(-1))


def class_f1(sums: np.ndarray) -> np.ndarray:
    """F1 of each class, (..., classes)."""
    return share(2 * sums[..., 0, :], sums[..., 1, :] + sums[..., 2, :])


def macro_f1(sums: np.ndarray) -> np.ndarray:
    """The mean F1 of the classes that occur or are predicted."""
    seen = (sums[..., 1, :] + sums[..., 2, :]) > 0
    return share((class_f1(sums) * seen).sum(-1), seen.sum(-1))


def weighted_f1(sums: np.ndarray) -> np.ndarray:
    """The mean F1 weighted by the number of targets."""
    return share((class_f1(sums) * sums[..., 1, :]).sum(-1), sums[..., 1, :].sum(-1))


def micro_f1(sums: np.ndarray) -> np.ndarray:
    """F1 of the counts of all classes together."""
    totals = sums.sum(-1)
    return share(2 * totals[..., 0], totals[..., 1] + totals[..., 2])


def mean(sums: np.ndarray) -> np.ndarray:
    """Rows are (1, value): the mean value."""
    return share(sums[..., 1], sums[..., 0])


def mean_rows(values: np.ndarray) -> np.ndarray:
    """(items,) values as rows (1, value)."""
    return np.stack([np.ones(len(values)), values], axis=-1)


def moment_rows(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """The moments of two (items,) or (items, names) arrays about the mean target: (items[, names], 8).

    Where the target is not known (NaN) they are 0.
    """
    known = ~np.isnan(target)
    centre = share(np.where(known, target, 0).sum(0), known.sum(0))
    t, p = np.where(known, target - centre, 0.0), np.where(known, predicted - centre, 0.0)
    return np.stack([known.astype(t.dtype), t, p, t * t, p * p, t * p, np.abs(t - p), (t - p) ** 2], axis=-1)


def _moments(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The difference of the means, both variances, and the covariance."""
    t, p, tt, pp, tp = np.moveaxis(share(sums[..., 1:6], sums[..., :1]), -1, 0)
    var_t, var_p = _variance(tt, t), _variance(pp, p)
    return t - p, var_t, var_p, np.where((var_t > 0) & (var_p > 0), tp - t * p, 0.0)


def _variance(square: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """E[x^2] - E[x]^2, and zero where nothing but rounding is left of it."""
    variance = square - mean**2
    return np.where(variance > 1e-12 * square, variance, 0.0)


def concordance(sums: np.ndarray) -> np.ndarray:
    """2 cov / (var_t + var_p + (mean_t - mean_p)^2)."""
    gap, var_t, var_p, covariance = _moments(sums)
    return share(2 * covariance, var_t + var_p + gap**2)


def correlation(sums: np.ndarray) -> np.ndarray:
    """cov / sqrt(var_t var_p)."""
    _, var_t, var_p, covariance = _moments(sums)
    return np.clip(share(covariance, np.sqrt(var_t * var_p)), -1.0, 1.0)


def absolute_error(sums: np.ndarray) -> np.ndarray:
    """The mean of |t - p|."""
    return share(sums[..., 6], sums[..., 0])


def squared_error_root(sums: np.ndarray) -> np.ndarray:
    """The root of the mean of (t - p)^2."""
    return np.sqrt(share(sums[..., 7], sums[..., 0]))


def calibration_rows(probabilities: np.ndarray, target: np.ndarray, bins: int) -> np.ndarray:
    """1, then confidence minus correctness in the column of its bin: (items, 1 + bins).

    `target` (items,) class indices, or (items, classes) booleans, where the likeliest label is right if it applies.
    """
    confidence, likeliest = probabilities.max(1), probabilities.argmax(1)
    right = target[np.arange(len(target)), likeliest] if target.ndim == 2 else likeliest == target
    gap = confidence - right
    rows = np.zeros((len(target), 1 + bins))
    rows[:, 0] = 1
    rows[np.arange(len(target)), 1 + confidence_bin(confidence, bins)] = gap
    return rows


def confidence_bin(confidence: np.ndarray, bins: int) -> np.ndarray:
    """The index m of the bin (m / bins, (m + 1) / bins] of each confidence."""
    return np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)


def calibration_error(sums: np.ndarray) -> np.ndarray:
    """The gaps of the bins, weighted by their items."""
    return share(np.abs(sums[..., 1:]).sum(-1), sums[..., 0])
