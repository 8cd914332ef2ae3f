"""From how probable a label is to whether it applies: a threshold for each label of a multi-label space."""

from __future__ import annotations

import numpy as np

GRID = np.arange(1, 100) / 100
"""The thresholds that are compared."""
_AROUND = 3
"""The F1 of a threshold counts as the mean over its neighbours on either side, which few examples do not sway."""


def best_thresholds(targets: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The threshold with the largest F1 for each label, and that F1, both (labels,).

    `targets` (items, labels) of 0 and 1, `probabilities` (items, labels). A label without an example has the threshold
    one half and the F1 0.
    Source: Yang, "A study of thresholding strategies for text categorization", SIGIR 2001, SCut.

    >>> targets, probabilities = np.array([[0], [0], [1], [1]]), np.array([[0.1], [0.2], [0.4], [0.9]])
    >>> [round(float(value[0]), 3) for value in best_thresholds(targets, probabilities)]
    [0.31, 1.0]
    """
    wanted, probabilities = np.asarray(targets, dtype=bool), np.asarray(probabilities, dtype=np.float64)
    thresholds, f1 = np.full(wanted.shape[1], 0.5), np.zeros(wanted.shape[1])
    for label in np.flatnonzero(wanted.any(0)):
        values = _f1(wanted[:, label], probabilities[:, label])
        smooth = _smooth(values)
        best = np.flatnonzero(np.isclose(smooth, smooth.max()))
        place = best[len(best) // 2]
        thresholds[label], f1[label] = GRID[place], values[place]
    return thresholds, f1


def _f1(wanted: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The F1 at every threshold of the grid."""
    hits, given = (len(part) - np.searchsorted(np.sort(part), GRID) for part in (probabilities[wanted], probabilities))
    return 2 * hits / (wanted.sum() + given)


def _smooth(values: np.ndarray) -> np.ndarray:
    width = 2 * _AROUND + 1
    return np.convolve(np.pad(values, _AROUND, mode="edge"), np.full(width, 1 / width), mode="valid")
