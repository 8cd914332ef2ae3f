"""What a label space is, and the training target of a record in it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from ai4er.config import Configuration
from ai4er.errors import unknown
from ai4er.records import Record

Kind = Literal["single", "distribution", "multi", "dimensions", "score", "preference"]

UNLABELLED = -100
"""The class index of a record or a padded turn that has no label (ignored by the losses)."""


class LabelSpace(Configuration):
    """What a recogniser predicts.

    `names` are the classes (single, distribution, multi), the dimensions (dimensions), or the one
    quantity (score, preference). `low` and `high` bound dimensions and scores. `neutral` is the
    class that some metrics leave out (micro F1 without neutral). `source` says who defined it. With `partial` an item
    may have some of the dimensions only; the others are NaN in its target, and no metric counts them.
    """

    name: str
    kind: Kind
    names: tuple[str, ...] = pydantic.Field(min_length=1)
    low: float = 0.0
    high: float = 1.0
    neutral: str | None = None
    source: str = ""
    partial: bool = False

    @property
    def size(self) -> int:
        """How many numbers a system puts out for one item."""
        return len(self.names)

    @property
    def is_classes(self) -> bool:
        """Whether `names` are classes (and not continuous quantities)."""
        return self.kind in ("single", "distribution", "multi")

    def index(self, name: str) -> int:
        """The position of a class or dimension. Raises `Ai4erError` for an unknown one."""
        if name not in self.names:
            raise unknown(f"class of {self.name}", name, self.names)
        return self.names.index(name)

    def target(self, record: Record) -> np.ndarray | None:
        """The training target of a record, or None where the record is not annotated.

        single: () int64; distribution: (classes,) vote shares that sum to one; multi: (classes,)
        of 0 and 1; dimensions: (dimensions,); score and preference: (1,).
        Raises `Ai4erError` for a label that the space does not have.
        """
        if self.kind == "single":
            return None if record.label is None else np.int64(self.index(record.label))  # type: ignore[return-value]
        if self.kind == "distribution":
            votes = record.votes or ((record.label,) if record.label else ())
            if not votes:
                return None
            counts = np.zeros(self.size, np.float32)
            for vote in votes:
                counts[self.index(vote)] += 1
            return counts / counts.sum()
        if self.kind == "multi":
            if record.labels is None:
                return None
            target = np.zeros(self.size, np.float32)
            target[[self.index(name) for name in record.labels]] = 1
            return target
        if self.kind == "dimensions":
            known = any(name in record.dimensions for name in self.names)
            if self.partial and known:
                return np.array([record.dimensions.get(name, np.nan) for name in self.names], np.float32)
            return _values(record.dimensions, self.names)
        if record.score is not None:
            return np.array([record.score], np.float32)
        return _values(record.dimensions, self.names)

    def ratings(self, record: Record) -> np.ndarray | None:
        """Every annotator's values, (raters, dimensions); None without individual ratings."""
        rows = [_values(rating, self.names) for rating in record.ratings]
        kept = [row for row in rows if row is not None]
        return np.stack(kept) if kept else None


def _values(source: dict[str, float], names: tuple[str, ...]) -> np.ndarray | None:
    if any(name not in source for name in names):
        return None
    return np.array([source[name] for name in names], np.float32)
