"""Metrics of predicted values: dimensions, scores and preferences. Arrays are (items,) of floats."""

from __future__ import annotations

import numpy as np

from ai4er.evaluation import _sums
from ai4er.evaluation.class_metrics import same_shape


def _moments(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    target, predicted = np.asarray(target, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    same_shape(target, predicted)
    return _sums.moment_rows(target, predicted).sum(0)


def concordance_correlation(target: np.ndarray, predicted: np.ndarray) -> float:
    """Agreement that also counts a wrong mean or spread as error (CCC), from -1 to 1.

    2 cov / (var_t + var_p + (mean_t - mean_p)^2), with variances over N; 0 where all targets and
    predictions are one constant. Raises `Ai4erError` for unequal shapes or no items.
    Source: Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 1989.

    >>> round(concordance_correlation(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])), 4)
    0.5714
    """
    return float(_sums.concordance(_moments(target, predicted)))


def pearson(target: np.ndarray, predicted: np.ndarray) -> float:
    """The linear correlation, from -1 to 1; 0 where the targets or the predictions are constant.

    cov / sqrt(var_t var_p). Raises `Ai4erError` for unequal shapes or no items.
    Source: Pearson, "Notes on regression and inheritance", Proceedings of the Royal Society 1895.

    >>> pearson(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 9.0]))
    1.0
    """
    return float(_sums.correlation(_moments(target, predicted)))


def mean_absolute_error(target: np.ndarray, predicted: np.ndarray) -> float:
    """The mean of |t - p|, from 0 upwards, in the units of the targets.

    Raises `Ai4erError` for unequal shapes or no items.
    Source: Willmott and Matsuura, Climate Research 2005.

    >>> mean_absolute_error(np.array([0.0, 1.0]), np.array([1.0, 3.0]))
    1.5
    """
    return float(_sums.absolute_error(_moments(target, predicted)))


def root_mean_squared_error(target: np.ndarray, predicted: np.ndarray) -> float:
    """The root of the mean of (t - p)^2, from 0 upwards, in the units of the targets.

    Raises `Ai4erError` for unequal shapes or no items.
    Source: Willmott and Matsuura, Climate Research 2005.

    >>> root_mean_squared_error(np.array([0.0, 0.0]), np.array([3.0, 3.0]))
    3.0
    """
    return float(_sums.squared_error_root(_moments(target, predicted)))


def accuracy_2(target: np.ndarray, predicted: np.ndarray) -> float:
    """Accuracy of the sign of a sentiment score, from 0 to 1, where 0 counts as not negative.

    This is the negative / non-negative convention; `accuracy_2_nonzero` is the other one in use.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: Zadeh et al., "Memory fusion network", AAAI 2018.

    >>> accuracy_2(np.array([-1.0, 0.0, 2.0]), np.array([-0.5, -0.1, 1.0])) == 2 / 3
    True
    """
    return float(sign_hits(target, predicted).mean())


def accuracy_2_nonzero(target: np.ndarray, predicted: np.ndarray) -> float:
    """Accuracy of the sign over the items whose target is not 0, from 0 to 1 (negative / positive).

    A prediction counts as positive above 0. 0 where every target is 0.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: Tsai et al., "Multimodal transformer for unaligned sequences", ACL 2019.

    >>> accuracy_2_nonzero(np.array([-1.0, 0.0, 2.0]), np.array([-0.5, -0.1, 1.0]))
    1.0
    """
    return float(_sums.mean(nonzero_rows(target, predicted).sum(0)))


def accuracy_7(target: np.ndarray, predicted: np.ndarray) -> float:
    """Accuracy of scores that are limited to [-3, 3] and rounded to integers, from 0 to 1.

    Halves are rounded to the even integer, as in the released scorers.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: Tsai et al., "Multimodal transformer for unaligned sequences", ACL 2019.

    >>> accuracy_7(np.array([-3.0, 1.0, 2.0]), np.array([-4.0, 1.4, 1.4])) == 2 / 3
    True
    """
    return float(seven_hits(target, predicted).mean())


def sign_hits(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Whether each item has the right sign, 0 being not negative, (items,)."""
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    return (target >= 0) == (predicted >= 0)


def nonzero_rows(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Whether each item counts, and whether it counts as a hit, (items, 2)."""
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    counts = target != 0
    return np.stack([counts, counts & ((target > 0) == (predicted > 0))], axis=-1).astype(np.float64)


def seven_hits(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Whether each item falls into the right one of the seven classes, (items,)."""
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    return np.round(np.clip(target, -3, 3)) == np.round(np.clip(predicted, -3, 3))


def kendall_tau(target: np.ndarray, predicted: np.ndarray) -> float:
    """Agreement of two rankings with ties (tau-b), from -1 to 1; 0 where either is constant.

    (concordant - discordant) / sqrt((pairs - ties_t) (pairs - ties_p)), in O(n log n) steps.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: Kendall, "The treatment of ties in ranking problems", Biometrika 1945.

    >>> round(kendall_tau(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])), 4)
    0.3333
    """
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    t, p = (np.unique(values, return_inverse=True)[1].reshape(-1) for values in (target, predicted))
    pairs = len(t) * (len(t) - 1) // 2
    ties_t, ties_p, ties_both = _tied_pairs(t), _tied_pairs(p), _tied_pairs(t * (int(p.max()) + 1) + p)
    discordant = _inversions(p[np.lexsort((p, t))])
    bottom = float(pairs - ties_t) * float(pairs - ties_p)
    return float(_sums.share(np.array(pairs - ties_t - ties_p + ties_both - 2 * discordant), np.array(np.sqrt(bottom))))


def precision_at(target: np.ndarray, predicted: np.ndarray, share: float) -> float:
    """The share of the items ranked highest and lowest that lie on the right side of the median, from 0 to 1.

    Of the items in predicted order the first and the last share / 2 are looked at (one at least); an item in the median
    is on neither side. Raises `Ai4erError` for unequal shapes or no items.
    Source: Parthasarathy, Lotfian and Busso, "Ranking emotional attributes with deep neural networks", ICASSP 2017.

    >>> precision_at(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0]), 1.0)
    0.5
    """
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    count = max(1, int(share * len(target) / 2))
    order, above = np.argsort(predicted, kind="stable"), np.sign(target - np.median(target))
    return float(np.concatenate([above[order[-count:]] > 0, above[order[:count]] < 0]).mean())


def _tied_pairs(codes: np.ndarray) -> int:
    counts = np.unique(codes, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _inversions(ranks: np.ndarray) -> int:
    """The pairs i < j with ranks[i] > ranks[j].

    Two ranks differ first in one bit: of the elements that agree in all higher bits, count the
    ones that stand before a zero.
    """
    total, sequence = 0, ranks
    for bit in range(int(ranks.max()).bit_length() - 1, -1, -1):
        group, one = sequence >> (bit + 1), (sequence >> bit) & 1
        before = np.cumsum(one) - one
        first = np.r_[True, np.diff(group) != 0]
        start = before[first][np.cumsum(first) - 1]
        total += int((before - start)[one == 0].sum())
        sequence = sequence[np.argsort(sequence >> bit, kind="stable")]
    return total
