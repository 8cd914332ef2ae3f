"""Gaps between groups as the cells of a table: with interval, chance level and corrected p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.comparison_plots import Bounded
from ai4er.evaluation.fairness import ByChance, by_chance, fairness_metric
from ai4er.evaluation.intervals import Interval, interval
from ai4er.evaluation.metrics import Metric
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.significance import holm

LEGEND = (
    "[low, high]: 95 % bootstrap interval over whole speakers, the mean over the seeds. Chance: the mean gap when the "
    "groups are dealt out anew among the speakers (or within them, where they differ there); p: how often it is then "
    "as large, corrected for all tests of the table (Holm)."
)


@dataclass(frozen=True)
class Gap:
    """A gap, the mean over seeds, with its interval and what chance would give."""

    bounds: Bounded
    chance: ByChance


def bounded(found: Sequence[Predictions], metric: str | Metric) -> Bounded:
    """A metric of the predictions of every seed, the mean of its values and of the ends of its intervals."""
    return _mean([interval(one, metric) for one in found])


def _mean(bounds: Sequence[Interval]) -> Bounded:
    return Bounded(*(float(np.mean([getattr(one, end) for one in bounds])) for end in ("value", "low", "high")))


def gap(found: Sequence[Predictions], name: str, groups: Sequence[Sequence[str]]) -> Gap | None:
    """A gap between groups, `groups[seed][item]`; None where there are fewer than two, or they share no class."""
    try:
        metrics = [fairness_metric(name, given) for given in groups]
    except Ai4erError:
        return None
    if any(math.isnan(metric(one)) for metric, one in zip(metrics, found)):
        return None
    bounds = _mean([interval(one, metric) for metric, one in zip(metrics, found)])
    chances = [by_chance(one, name, given) for one, given in zip(found, groups)]
    chance = ByChance(*(float(np.mean([getattr(one, part) for one in chances])) for part in ("mean", "p_value")))
    return Gap(bounds, chance)


def cell(bounds: Bounded | None) -> str:
    """`0.712 [0.650, 0.770]`, or nothing."""
    return "" if bounds is None else f"{bounds.value:.3f} [{bounds.low:.3f}, {bounds.high:.3f}]"


def gap_cells(gaps: Sequence[Sequence[Gap | None]]) -> list[list[str]]:
    """Every row of gaps as text; the p-values of all of them are one family of tests."""
    there = [one for row in gaps for one in row if one is not None]
    corrected = dict(zip(map(id, there), holm([one.chance.p_value for one in there])))
    return [
        [
            "" if one is None else f"{cell(one.bounds)}, chance {one.chance.mean:.3f}, p {corrected[id(one)]:.2f}"
            for one in row
        ]
        for row in gaps
    ]
