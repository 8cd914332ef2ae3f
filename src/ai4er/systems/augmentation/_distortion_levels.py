"""Levels of distortion, and how many copies of each the next epoch receives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from ai4er.errors import Ai4erError

Grading = Literal["gmm", "rank"]
_FITTED_SEED = 2022
_SAME = 1e-9


def graded(values: np.ndarray, levels: int, grading: Grading) -> Callable[[np.ndarray], np.ndarray]:
    """Grade by a metric of which more is less distortion: (copies,) -> a function (copies,) -> levels (copies,).

    Level 0 is the least distorted. `gmm` is a variational mixture of Gaussians over the values, its components in the
    order of falling means; `rank` cuts the sorted values into parts of one size (to one copy), and grades other values
    by where these parts end. Raises `Ai4erError` for fewer values than levels.
    """
    if len(values) < levels:
        raise Ai4erError(f"{len(values)} noisy copies cannot be graded into {levels} levels: make more of them")
    if grading == "rank":
        falling = np.sort(values)[::-1]
        ends = [part[-1] for part in np.array_split(falling, levels)[:-1]]
        return lambda given: np.searchsorted(-np.array(ends), -given, side="left")
    from sklearn.mixture import BayesianGaussianMixture

    mixture = BayesianGaussianMixture(n_components=levels, max_iter=100, random_state=_FITTED_SEED)
    mixture.fit(values[:, None])
    level_of = np.argsort(np.argsort(-mixture.means_[:, 0], kind="stable"), kind="stable")
    return lambda given: level_of[mixture.predict(given[:, None])] if len(given) else np.zeros(0, np.int64)


def level_weights(gaps: np.ndarray, floor: float) -> np.ndarray:
    """The share of each level in the next epoch, summing to 1: in proportion to its gap, but `floor` at the least.

    gaps g (levels,) are the clean score less that of each level. w = g / |sum g|; then, until no level that is left
    falls to the floor m, w_l = m for the levels A that have, and w_l = (1 - |A| m) g_l / sum_{j not in A} g_j for the
    others. All are equal where every level falls to the floor.

    >>> level_weights(np.array([0.05, 0.1, 0.2, 0.3, 0.4]), 0.05).round(3).tolist()
    [0.05, 0.095, 0.19, 0.285, 0.38]
    """
    equal = np.full(len(gaps), 1 / len(gaps))
    total = abs(gaps.sum())
    if total < _SAME:
        return equal
    shares = gaps / total
    above = np.ones(len(gaps), bool)
    while (above & (shares <= floor)).any():
        above &= shares > floor
        if not above.any():
            return equal
        shares = np.where(above, (1 - floor * (~above).sum()) * gaps / gaps[above].sum(), floor)
    return shares
