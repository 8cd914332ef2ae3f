"""Normalisation statistics computed over test data: which items reproduce the given mean and deviation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from ai4er.corpora.base import some
from ai4er.errors import Ai4erError
from ai4er.protocols.leaks.feature_file import Statistics
from ai4er.protocols.leaks.findings import Finding
from ai4er.protocols.leaks.split_file import Entry

_MOST_PARTS = 10

_TOLERANCE = 1e-3
"""Standard deviations by which rounded statistics may differ from those of the data."""


def normalisation(entries: Sequence[Entry], features: Mapping[str, np.ndarray], statistics: Statistics) -> Finding:
    """Which parts of a split have the given statistics: those of training, or of test too.

    Every union of parts is tried, and every single speaker; how far one is away is the largest deviation over all
    features, of the mean in standard deviations and of the standard deviation relative to it (divided by n or n - 1).
    It leaks when what fits best has test items; parts of test are those whose name begins with it. Raises `Ai4erError`
    for features of no item of the split, or of another number than the statistics.
    """
    centre = np.concatenate(list(features.values())).mean(0, dtype=np.float64)
    if len(statistics.mean) != len(centre):
        raise Ai4erError(f"the statistics are of {len(statistics.mean)} features, and the items have {len(centre)}")
    statistics = dataclasses.replace(statistics, mean=statistics.mean - centre)
    groups = _groups(entries, {name: rows - centre for name, rows in features.items()})
    distance = {name: moments.distance(statistics) for name, (moments, _) in groups.items()}
    ranked = sorted(distance, key=distance.__getitem__)
    nearest, fits = ranked[0], [name for name in ranked if distance[name] <= _TOLERANCE]
    if not fits:
        line = f"of no union of parts; nearest is {nearest}, {distance[nearest]:.3g} deviations away"
    elif len({groups[name][1] for name in fits}) > 1:
        line = f"{some(fits, shown=3)} have the same: they cannot be told apart"
    else:
        line = f"those of {nearest} ({distance[nearest]:.1g} deviations away)"
        return Finding("statistics", groups[nearest][1], f"statistics: {line}")
    return Finding("statistics", None, f"statistics: {line}")


def _groups(entries: Sequence[Entry], features: Mapping[str, np.ndarray]) -> dict[str, tuple[_Moments, bool]]:
    """The moments of every union of parts and of every speaker, and whether test items are among them."""
    parts = _moments(entries, features, by="part")
    tested = {name for name in parts if name.startswith("test")}
    if not tested or len(parts) > _MOST_PARTS:
        raise Ai4erError(
            f"the parts of the split are {some(sorted(parts))}: statistics are compared where one of up to "
            f"{_MOST_PARTS} parts is called test"
        )
    unions = {
        " + ".join(names): (sum((parts[name] for name in names[1:]), parts[names[0]]), bool(tested & {*names}))
        for count in range(1, len(parts) + 1) for names in combinations(sorted(parts), count)
    }  # fmt: skip
    heard = {entry.speaker for entry in entries if entry.part in tested}
    speakers = _moments(entries, features, by="speaker")
    return {**unions, **{f"speaker {name}": (found, name in heard) for name, found in speakers.items() if name}}


class _Moments:
    """The number of rows and the sums of every feature and of its square."""

    def __init__(self, count: int, total: np.ndarray, squares: np.ndarray) -> None:
        self.count, self.total, self.squares = count, total, squares

    def __add__(self, other: _Moments) -> _Moments:
        return _Moments(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def distance(self, given: Statistics) -> float:
        """The largest deviation of the given statistics from these."""
        mean = self.total / self.count
        variance = np.maximum(self.squares / self.count - mean**2, 0)
        deviation = np.sqrt(variance)
        varies = deviation > 1e-9 * np.abs(mean) + 1e-12
        if not varies.any():
            return float("inf")
        found = float(np.max(np.abs(given.mean - mean)[varies] / deviation[varies]))
        if given.deviation is None:
            return found
        unbiased = np.sqrt(self.count / max(1, self.count - 1))
        spread = [np.max(np.abs(given.deviation[varies] / (deviation[varies] * k) - 1)) for k in (1.0, unbiased)]
        return max(found, float(min(spread)))


def _moments(entries: Sequence[Entry], features: Mapping[str, np.ndarray], by: str) -> dict[str, _Moments]:
    """The moments of the rows of every part, or of every speaker."""
    rows = [(getattr(entry, by), found) for entry in entries if (found := _of(entry, features)) is not None]
    if not rows:
        raise Ai4erError(f"the features name none of the items of the split, such as {entries[0].name}")
    groups: dict[str, list[np.ndarray]] = {}
    for name, found in rows:
        groups.setdefault(name, []).append(found)
    moments = {}
    for name, parts in groups.items():
        together = np.concatenate(parts)
        moments[name] = _Moments(len(together), together.sum(0), np.square(together).sum(0))
    return moments


def _of(entry: Entry, features: Mapping[str, np.ndarray]) -> np.ndarray | None:
    names = (entry.name, *((entry.file.name, entry.file.stem, str(entry.file)) if entry.file else ()))
    return next((features[name] for name in names if name in features), None)
