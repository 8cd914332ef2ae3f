"""Which systems differ: paired tests on the same items, corrected for how many were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.intervals import Comparison, compare
from ai4er.evaluation.predictions import Predictions


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for all tests of one family, in the given order.

    In ascending order, the largest of (m - j + 1) p_j over all j up to i, at most 1: what is below 0.05
    holds with at most 5 % chance of any false finding in the family, however the tests depend on each other.
    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    raised = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(raised, 1.0)
    return [float(value) for value in corrected]


@dataclass(frozen=True)
class Paired:
    """One system minus another, and the p-value corrected for the family of tests."""

    one: str
    other: str
    found: Comparison
    corrected: float

    def __str__(self) -> str:
        found = self.found
        return (
            f"{self.one} - {self.other}: {found.metric} {found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}], "
            f"p = {found.p_value:.3f}, after Holm {self.corrected:.3f} "
            f"(paired permutation over {found.groups} {found.unit})"
        )


def paired_tests(
    systems: Mapping[str, Predictions], pairs: Sequence[tuple[str, str]]
) -> tuple[list[Paired], list[str]]:
    """Every pair (one, other) tested by its primary metric, all tests being one family.

    Also returns a line for every pair that cannot be compared, as when different items were tested.
    """
    found, left_out = [], []
    for one, other in pairs:
        try:
            found.append((one, other, compare(systems[one], systems[other])))
        except Ai4erError as error:
            left_out.append(f"{one} and {other} cannot be compared: {error}")
    corrected = holm([comparison.p_value for _, _, comparison in found])
    return [Paired(*three, p_value) for three, p_value in zip(found, corrected)], left_out
