"""The result rows of a run: every fold by itself, and all folds pooled with their intervals."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ai4er.evaluation.intervals import interval
from ai4er.evaluation.metrics import default_metrics, measure
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import ALL_FOLDS, ResultRow
from ai4er.protocols.base import Fold
from ai4er.training.answers import FULL


@dataclass(frozen=True)
class Tested:
    """One fold: its predictions by condition, the seconds it took, and the peak memory in bytes."""

    predictions: dict[str, Predictions]
    seconds: float
    peak_memory: int


def result_rows(
    common: Mapping[str, Any], parts: Sequence[Fold], found: Sequence[Tested], pooled: Mapping[str, Predictions]
) -> list[ResultRow]:
    """Rows of every fold and of the pooled folds, by condition, and the means over the conditions.

    `common` are the fields that all rows of the run share.
    """
    rows = []
    for part, one in zip(parts, found):
        for condition, predictions in one.predictions.items():
            for name, value in measure(predictions).items():
                rows.append(
                    ResultRow(
                        **common, fold=part.name, metric=_metric(name, condition), value=value,
                        seconds=one.seconds, peak_memory=one.peak_memory,
                    )
                )  # fmt: skip
    for condition, predictions in pooled.items():
        for name in default_metrics(predictions.space):
            bounds = interval(predictions, name, seed=common["seed"])
            rows.append(
                ResultRow(
                    **common, fold=ALL_FOLDS, metric=_metric(name, condition), value=bounds.value, low=bounds.low,
                    high=bounds.high, seconds=sum(one.seconds for one in found),
                    peak_memory=max(one.peak_memory for one in found),
                )
            )  # fmt: skip
    return rows + _over_conditions(rows)


def pooled_folds(found: Sequence[Tested]) -> dict[str, Predictions]:
    """The predictions of all folds together, by condition."""
    return {name: _pool([one.predictions[name] for one in found]) for name in found[0].predictions}


def _metric(name: str, condition: str) -> str:
    return name if condition == FULL else f"{name}[{condition}]"


def _over_conditions(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """The mean over conditions of every metric, where a system is tested under several."""
    means: dict[tuple[str, str], list[ResultRow]] = {}
    for row in rows:
        name, bracket, _ = row.metric.partition("[")
        if bracket:
            means.setdefault((row.fold, name), []).append(row)
    return [
        dataclasses.replace(
            found[0], metric=name, value=float(np.mean([row.value for row in found])), low=None, high=None
        )
        for (_, name), found in means.items()
    ]


def _pool(parts: Sequence[Predictions]) -> Predictions:
    """All folds as one; where a protocol tests an item in several folds (repeats), the last one counts."""
    seen: set[str] = set()
    kept = []
    for part in reversed(parts):
        positions = [i for i, name in enumerate(part.ids) if name not in seen]
        seen.update(part.ids)
        if positions:
            kept.append(part.take(positions))
    return Predictions.pool(kept[::-1])
