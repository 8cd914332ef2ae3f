"""How sure a number is, and whether two systems differ: resampling whole speakers.

Utterances of one speaker resemble each other, so that resampling utterances makes every interval
too narrow. Where speakers are unknown, dialogues are resampled, and else items; every result says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation._sums import group_sums
from ai4er.evaluation.metrics import Metric, default_metrics
from ai4er.evaluation.metrics import metric as metric_of
from ai4er.evaluation.predictions import Predictions, Unit

_CELLS = 4_000_000
"""The largest number of resampling weights that are held at once."""


@dataclass(frozen=True)
class Interval:
    """A metric with its confidence interval; `groups` units were resampled.

    >>> str(Interval("ua", 0.712, 0.65, 0.77, "speakers", 10))
    'ua 0.712 [0.650, 0.770] (95 % over 10 speakers)'
    """

    metric: str
    value: float
    low: float
    high: float
    unit: Unit
    groups: int
    level: float = 0.95

    def __str__(self) -> str:
        return f"{self.metric} {self.cell} ({self.level:.0%}".replace("%", " %") + self._over()

    @property
    def cell(self) -> str:
        """The value and its interval, as tables have them."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def _over(self) -> str:
        return f" over {self.groups} {self.unit})"


@dataclass(frozen=True)
class Comparison:
    """The metric of one system minus that of another on the same items, with interval and p-value."""

    metric: str
    difference: float
    low: float
    high: float
    p_value: float
    unit: Unit
    groups: int
    level: float = 0.95


@dataclass(frozen=True)
class TTest:
    """A t statistic, its degrees of freedom and its two-sided p-value."""

    statistic: float
    degrees: int
    p_value: float


def interval(
    predictions: Predictions | Sequence[Predictions],
    metric: str | Metric = "",
    seed: int = 0,
    resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """The percentile interval of a cluster bootstrap; without a name, of the primary metric.

    Several predictions of the same items are those of several seeds: the metric is the mean of theirs.
    Groups are drawn with replacement, as many as there are. With ten speakers or fewer the
    interval is known to be somewhat too narrow.
    Source: Field and Welsh, "Bootstrapping clustered data", JRSS B 2007.
    """
    seeds = _by_seed(predictions)
    chosen, count = _metric(metric, seeds[0]), int(seeds[0].groups.max()) + 1
    resampled = _mean(_resampler(chosen, one) for one in seeds)
    low, high = _percentiles([resampled(weights) for weights in _weights(count, resamples, seed)], level)
    value = float(np.mean([chosen(one) for one in seeds]))
    return Interval(chosen.name, value, low, high, seeds[0].unit, count, level)


def compare(
    a: Predictions | Sequence[Predictions],
    b: Predictions | Sequence[Predictions],
    metric: str = "",
    seed: int = 0,
    resamples: int = 1000,
    level: float = 0.95,
) -> Comparison:
    """Metric of `a` minus metric of `b` on the same items, in any order; of several seeds, the means over them.

    The interval is a paired cluster bootstrap. The p-value is of a permutation test that swaps the
    two systems in whole groups: exact when there are no more than `resamples` ways to swap.
    Raises `Ai4erError` unless both have the same items, targets, label space and number of seeds.
    Source: Good, Permutation, parametric and bootstrap tests of hypotheses, 2005, chapter 3.
    """
    ours = _by_seed(a)
    theirs = [_aligned(ours[0], one) for one in _by_seed(b)]
    if len(ours) != len(theirs):
        raise Ai4erError(f"predictions of {len(ours)} seeds and of {len(theirs)} cannot be compared")
    chosen, count = _metric(metric, ours[0]), int(ours[0].groups.max()) + 1
    one, other = (_mean(_resampler(chosen, found) for found in seeds) for seeds in (ours, theirs))
    resampled = [one(weights) - other(weights) for weights in _weights(count, resamples, seed)]
    low, high = _percentiles(resampled, level)
    difference = float(np.mean([chosen(one) for one in ours]) - np.mean([chosen(one) for one in theirs]))
    swapped = _mean(_swapper(chosen, *pair) for pair in zip(ours, theirs))
    p_value = _permutation(swapped, count, difference, resamples, seed)
    return Comparison(chosen.name, difference, low, high, p_value, ours[0].unit, count, level)


def corrected_t_test(differences: Sequence[float], train_size: float, test_size: float) -> TTest:
    """The t-test for differences between two systems over folds and repeats whose training data overlap.

    t = mean / sqrt((1 / J + test_size / train_size) var), with J - 1 degrees of freedom.
    Raises `Ai4erError` for fewer than two differences or sizes that are not positive.
    Source: Nadeau and Bengio, "Inference for the generalization error", Machine Learning 2003.
    """
    values = np.asarray(differences, dtype=np.float64)
    if len(values) < 2:
        raise Ai4erError(f"{len(values)} differences: a t-test needs two or more folds")
    if train_size <= 0 or test_size <= 0:
        raise Ai4erError(f"train_size={train_size}, test_size={test_size}: both must be above 0")
    from scipy.stats import t as student

    degrees = len(values) - 1
    error = np.sqrt((1 / len(values) + test_size / train_size) * values.var(ddof=1))
    mean = float(values.mean())
    if error == 0:
        statistic = 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    else:
        statistic = mean / float(error)
    return TTest(statistic, degrees, float(2 * student.sf(abs(statistic), degrees)))


def _by_seed(given: Predictions | Sequence[Predictions]) -> list[Predictions]:
    """The predictions of every seed, in the order of the first one's items."""
    first, *others = [given] if isinstance(given, Predictions) else given
    return [first, *(_aligned(first, one) for one in others)]


def _mean(functions: Iterable[Callable[[np.ndarray], np.ndarray]]) -> Callable[[np.ndarray], np.ndarray]:
    """The function whose values are the means of those of all."""
    every = list(functions)
    return lambda drawn: np.mean([one(drawn) for one in every], axis=0)


def _metric(given: str | Metric, predictions: Predictions) -> Metric:
    if isinstance(given, Metric):
        given.need(predictions.space)
        return given
    return metric_of(given or default_metrics(predictions.space)[0], predictions.space)


def _percentiles(values: Sequence[np.ndarray], level: float) -> tuple[float, float]:
    low, high = np.nanquantile(np.concatenate(values), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _weights(count: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each group is drawn in each resample, (resamples, groups), in parts."""
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS // count)
    for start in range(0, resamples, step):
        yield generator.multinomial(count, np.full(count, 1 / count), size=min(step, resamples - start))


def _resampler(metric: Metric, predictions: Predictions) -> Callable[[np.ndarray], np.ndarray]:
    """The function that maps weights (resamples, groups) to values (resamples,).

    A resample for which the metric is undefined (no label in it) has the value NaN.
    """
    groups = predictions.groups
    if metric.rows is not None and metric.formula is not None:
        sums, formula = group_sums(metric.rows(predictions), groups), metric.formula
        return lambda weights: formula(np.tensordot(weights.astype(np.float64), sums, axes=1))
    whole = _whole(metric)

    def value(weight: np.ndarray) -> float:
        drawn = np.repeat(np.arange(len(groups)), weight[groups])
        try:
            return whole(predictions.targets[drawn], predictions.scores[drawn])
        except Ai4erError:
            return np.nan

    return lambda weights: np.array([value(weight) for weight in weights])


def _whole(metric: Metric) -> Callable[[np.ndarray, np.ndarray], float]:
    assert metric.whole is not None
    return metric.whole


def _permutation(
    swapped: Callable[[np.ndarray], np.ndarray], count: int, difference: float, resamples: int, seed: int
) -> float:
    """The share of swaps of `count` groups whose difference is as large as the observed one, in either direction."""
    exact = count < 63 and 2**count <= resamples
    found = sum(
        int((np.abs(swapped(swap)) >= abs(difference) - 1e-12).sum())
        for swap in (_all_swaps(count) if exact else _swaps(count, resamples, seed))
    )
    return found / 2**count if exact else (1 + found) / (1 + resamples)


def _all_swaps(count: int) -> Iterator[np.ndarray]:
    yield (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1


def _swaps(count: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Whether each group is swapped in each permutation, (permutations, groups) booleans, in parts."""
    generator = np.random.default_rng([seed, 1])
    step = max(1, _CELLS // count)
    for start in range(0, resamples, step):
        yield generator.random((min(step, resamples - start), count)) < 0.5


def _swapper(metric: Metric, a: Predictions, b: Predictions) -> Callable[[np.ndarray], np.ndarray]:
    """The function that maps swaps (permutations, groups) to differences (permutations,)."""
    groups = a.groups
    if metric.rows is not None and metric.formula is not None:
        formula = metric.formula
        one, other = (group_sums(metric.rows(predictions), groups) for predictions in (a, b))

        def differences(swap: np.ndarray) -> np.ndarray:
            moved = np.tensordot(swap.astype(np.float64), other - one, axes=1)
            return formula(one.sum(0) + moved) - formula(other.sum(0) - moved)

        return differences
    whole = _whole(metric)

    def difference(taken: np.ndarray) -> float:
        one, other = np.where(taken, b.scores, a.scores), np.where(taken, a.scores, b.scores)
        return whole(a.targets, one) - whole(a.targets, other)

    return lambda swap: np.array([difference(taken[groups][:, None]) for taken in swap])


def _aligned(a: Predictions, b: Predictions) -> Predictions:
    """`b` in the order of `a`."""
    if a.space != b.space:
        raise Ai4erError(f"predictions in {a.space.name} and in {b.space.name} cannot be compared: use one label space")
    if len(a) != len(b) or (np.sort(a.ids) != np.sort(b.ids)).any():
        missing = np.setxor1d(a.ids, b.ids)
        raise Ai4erError(f"the systems were tested on different items ({missing[0]} and {len(missing) - 1} more)")
    order = np.empty(len(a), dtype=np.int64)
    order[np.argsort(a.ids)] = np.argsort(b.ids)
    b = b.take(order)
    differ = ((a.targets != b.targets) & ~(np.isnan(a.targets) & np.isnan(b.targets))).reshape(len(a), -1).any(1)
    if differ.any():
        raise Ai4erError(f"item {a.ids[differ][0]} has two targets")
    return b
