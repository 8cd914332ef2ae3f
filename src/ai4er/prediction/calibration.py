"""Probabilities that mean what they say: one temperature for all of a recognizer's answers.

Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2 (temperature scaling).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import Kind

_SMALLEST = 1e-7
_GRID = np.geomspace(0.25, 4.0, 161)
"""The temperatures that are compared."""


def tempered(scores: np.ndarray, kind: Kind, temperature: float) -> np.ndarray:
    """Probabilities (..., names) with their logits divided by the temperature; values of other kinds as they are.

    A temperature above 1 makes them less extreme. The likeliest class stays the likeliest.

    >>> tempered(np.array([0.8, 0.2]), "single", 2.0).round(3).tolist()
    [0.667, 0.333]
    >>> tempered(np.array([0.8, 0.2]), "multi", 2.0).round(3).tolist()
    [0.667, 0.333]
    """
    if kind not in ("single", "distribution", "multi") or temperature == 1:
        return scores
    logits = np.log(np.maximum(scores, _SMALLEST))
    if kind == "multi":
        logits -= np.log(np.maximum(1 - scores, _SMALLEST))
        changed: np.ndarray = 1 / (1 + np.exp(-logits / temperature))
        return changed
    powers = np.exp((logits - logits.max(-1, keepdims=True)) / temperature)
    return powers / powers.sum(-1, keepdims=True)


def best_temperature(scores: np.ndarray, targets: np.ndarray, kind: Kind) -> float:
    """The temperature with the least cross-entropy on held-out answers: `scores` (items, names).

    `targets` are (items,) class indices, or (items, names) of 0 and 1, or shares.
    """
    wanted = np.eye(scores.shape[1])[targets] if kind == "single" else np.asarray(targets, dtype=np.float64)

    def loss(temperature: float) -> float:
        p = tempered(np.asarray(scores, dtype=np.float64), kind, temperature)
        entropy = -wanted * np.log(np.maximum(p, _SMALLEST))
        if kind == "multi":
            entropy -= (1 - wanted) * np.log(np.maximum(1 - p, _SMALLEST))
        return float(entropy.sum(1).mean())

    return float(min(_GRID, key=loss))
