"""One number from folds and seeds, in both ways of the field: of the pooled predictions, and as a mean over folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import ALL_FOLDS, ResultRow


@dataclass(frozen=True)
class Aggregate:
    """A metric over all folds, each value the mean over the seeds; deviations are those over the seeds.

    `pooled` is the metric of the predictions of all folds together with its interval (`low`, `high`), `of_folds`
    the mean of the folds' own values. They differ where folds differ in size or in their classes. A deviation is
    None for one seed.
    """

    pooled: float
    low: float | None
    high: float | None
    pooled_deviation: float | None
    of_folds: float
    of_folds_deviation: float | None
    folds: int
    seeds: int

    def __str__(self) -> str:
        """The pooled value with its interval."""
        return f"{self.pooled:.3f}" + (f" [{self.low:.3f}, {self.high:.3f}]" if self.low is not None else "")

    @property
    def by_fold(self) -> str:
        """The mean over folds, with its deviation over the seeds."""
        return f"{self.of_folds:.3f}" + (
            f" ± {self.of_folds_deviation:.3f}" if self.of_folds_deviation is not None else ""
        )


def aggregate(rows: Sequence[ResultRow], metric: str) -> Aggregate:
    """The aggregate of one metric from the rows of one system on one corpus and protocol, all seeds of it.

    Raises `Ai4erError` where the rows do not have the metric of every fold and of all together.
    """
    found = [row for row in rows if row.metric == metric]
    pooled = [row for row in found if row.fold == ALL_FOLDS]
    folds = [row for row in found if row.fold != ALL_FOLDS]
    seeds = sorted({row.seed for row in found})
    if not pooled or not folds:
        raise Ai4erError(f"there is no {metric} of single folds and of all of them: it has {_names(rows)}")
    means = [float(np.mean([row.value for row in folds if row.seed == seed])) for seed in seeds]
    whole = [row.value for row in pooled]
    return Aggregate(
        pooled=float(np.mean(whole)),
        low=_mean([row.low for row in pooled]),
        high=_mean([row.high for row in pooled]),
        pooled_deviation=_deviation(whole),
        of_folds=float(np.mean(means)),
        of_folds_deviation=_deviation(means),
        folds=len({row.fold for row in folds}),
        seeds=len(seeds),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if len(there) == len(values) else None


def _deviation(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _names(rows: Sequence[ResultRow]) -> str:
    return ", ".join(dict.fromkeys(row.metric for row in rows)) or "no rows"
