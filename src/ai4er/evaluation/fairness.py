"""How differently a system treats groups of items: gaps between groups, their intervals, and what chance would give.

A gap is between 0 (the groups are treated alike) and 1, lower is fairer. It is a `Metric`, so that
`interval(predictions, fairness_metric("equal_opportunity", groups))` resamples whole speakers. Since a gap cannot be
negative, it is above 0 by chance alone where groups are small: `by_chance` says how far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError, unknown
from ai4er.evaluation._sums import group_sums, one_hot
from ai4er.evaluation.metrics import Metric
from ai4er.evaluation.predictions import Predictions

Formula = Callable[[np.ndarray], np.ndarray]
Groups = Sequence[str] | np.ndarray
"""The name of each item's group, empty for none."""


def positive_rates(counts: np.ndarray) -> np.ndarray:
    """P(predicted = c | group): counts (..., groups, annotated, predicted) -> (..., groups, classes).

    NaN for a group without an item.
    """
    predicted = counts.sum(-2)
    return _ratio(predicted, predicted.sum(-1, keepdims=True))


def true_positive_rates(counts: np.ndarray) -> np.ndarray:
    """P(predicted = c | annotated = c, group), (..., groups, classes); NaN where a group has no item of the class."""
    return _ratio(_hits(counts), counts.sum(-1))


def false_positive_rates(counts: np.ndarray) -> np.ndarray:
    """P(predicted = c | annotated otherwise, group), (..., groups, classes); NaN where a group has no other item."""
    annotated = counts.sum(-1)
    return _ratio(counts.sum(-2) - _hits(counts), annotated.sum(-1, keepdims=True) - annotated)


def statistical_parity_gap(counts: np.ndarray) -> np.ndarray:
    """Mean over c of the largest difference of P(predicted = c | group) between two groups (demographic parity).

    Source: Dwork et al., "Fairness through awareness", ITCS 2012, definition 3.2; over classes as a mean.
    """
    return _mean(_spread(positive_rates(counts)))


def equal_opportunity_gap(counts: np.ndarray) -> np.ndarray:
    """Mean over c of the largest difference of the true positive rate; over classes that every group has.

    Source: Hardt, Price and Srebro, "Equality of opportunity in supervised learning", NeurIPS 2016, definition 2.2.
    """
    return _mean(_spread(true_positive_rates(counts)))


def equalised_odds_gap(counts: np.ndarray) -> np.ndarray:
    """Mean over c of the larger of the two gaps of true and of false positive rates; classes as before.

    Source: Hardt, Price and Srebro, NeurIPS 2016, definition 2.1.
    """
    return _mean(np.maximum(_spread(true_positive_rates(counts)), _spread(false_positive_rates(counts))))


def recall_gap(counts: np.ndarray) -> np.ndarray:
    """The largest difference of the unweighted average recall between two groups, each over its own classes."""
    return _spread(_mean(true_positive_rates(counts))[..., None])[..., 0]


GAPS: dict[str, tuple[str, Formula]] = {
    "statistical_parity": ("statistical parity gap", statistical_parity_gap),
    "equal_opportunity": ("equal opportunity gap", equal_opportunity_gap),
    "equalised_odds": ("equalised odds gap", equalised_odds_gap),
    "recall": ("gap of the unweighted average recall", recall_gap),
}


def fairness_metric(name: str, groups: Groups) -> Metric:
    """A gap as a metric of predictions whose n-th item is of the n-th group; an item of the group "" does not count.

    Raises `Ai4erError` for an unknown gap, and for fewer than two groups.
    """
    if name not in GAPS:
        raise unknown("fairness gap", name, GAPS)
    names = group_names(groups)
    title, formula = GAPS[name]
    return Metric(
        name, f"{title} of {', '.join(names)}", ("single", "distribution"),
        lambda predictions: _rows(predictions, groups), formula, higher_is_better=False,
    )  # fmt: skip


def group_names(groups: Groups) -> list[str]:
    """The groups in alphabetical order. Raises `Ai4erError` for fewer than two."""
    names = sorted({str(group) for group in groups} - {""})
    if len(names) < 2:
        raise Ai4erError(f"fairness is between groups, and the items are of {', '.join(names) or 'no group'} only")
    return names


def group_counts(predictions: Predictions, groups: Groups) -> np.ndarray:
    """The confusion matrix of each group, (groups in alphabetical order, annotated, predicted)."""
    counts: np.ndarray = _rows(predictions, groups).sum(0)
    return counts


@dataclass(frozen=True)
class ByChance:
    """What a gap would be if groups meant nothing: its mean, and how often it would be as large as it is."""

    mean: float
    p_value: float


def by_chance(predictions: Predictions, name: str, groups: Groups, seed: int = 0, permutations: int = 1000) -> ByChance:
    """A permutation test of a gap: groups are dealt out anew among speakers, or within them where they differ there.

    Speakers (or dialogues, see `Predictions.unit`) stay whole where each is of one group. The p-value is
    (1 + cases as large) / (1 + permutations).
    Source: Good, Permutation, parametric and bootstrap tests of hypotheses, 2005, chapter 3.
    """
    given = np.asarray(groups, dtype=str)
    kept = np.flatnonzero(given != "")
    counted, given = predictions.take(kept), given[kept]
    gap = fairness_metric(name, given)
    observed = gap(counted)
    generator, names = np.random.default_rng([seed, 2]), _named(given)
    cells, deal = _dealt(counted, given)
    members = np.stack([names[:, None] == deal(generator) for _ in range(permutations)])
    found = GAPS[name][1](np.tensordot(members.astype(np.float64), cells, axes=1))
    return ByChance(float(np.nanmean(found)), float((1 + (found >= observed - 1e-12).sum()) / (1 + permutations)))


def _dealt(
    predictions: Predictions, groups: np.ndarray
) -> tuple[np.ndarray, Callable[[np.random.Generator], np.ndarray]]:
    """The confusions of what stays whole, (cells, annotated, predicted), and a function that deals out their groups."""
    confusions, units = _confusions(predictions), predictions.groups
    first = np.unique(units, return_index=True)[1]
    if (groups == groups[first][units]).all():
        return group_sums(confusions, units), lambda generator: generator.permutation(groups[first])
    order = np.argsort(units, kind="stable")

    def within(generator: np.random.Generator) -> np.ndarray:
        dealt = np.empty_like(groups)
        dealt[order] = groups[np.lexsort((generator.random(len(units)), units))]
        return dealt

    return confusions, within


def _named(groups: Groups) -> np.ndarray:
    return np.array(group_names(groups), dtype=str)


def _rows(predictions: Predictions, groups: Groups) -> np.ndarray:
    given = np.asarray(groups, dtype=str)
    if given.shape != (len(predictions),):
        raise Ai4erError(f"{len(given)} groups for {len(predictions)} predictions: give one for each item, or ''")
    member = given[:, None] == _named(given)
    rows: np.ndarray = member[:, :, None, None] * _confusions(predictions)[:, None]
    return rows


def _confusions(predictions: Predictions) -> np.ndarray:
    """(items, annotated, predicted), 1 at the one place of each item."""
    size = predictions.space.size
    target, predicted = (one_hot(c, size) for c in (predictions.target_classes, predictions.classes))
    return (target[:, :, None] & predicted[:, None]).astype(np.float64)


def _hits(counts: np.ndarray) -> np.ndarray:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom, and NaN where the bottom is 0."""
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    return np.divide(top, bottom, out=np.full(shape, np.nan), where=np.broadcast_to(bottom != 0, shape))


def _spread(rates: np.ndarray) -> np.ndarray:
    """The largest minus the smallest over the groups, (..., groups, classes) -> (..., classes); NaN where one is."""
    spread: np.ndarray = rates.max(-2) - rates.min(-2)
    return spread


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean over the last axis of what is a number; NaN where nothing is."""
    there = ~np.isnan(values)
    return _ratio(np.where(there, values, 0.0).sum(-1), there.sum(-1))
