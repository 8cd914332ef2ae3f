"""An array that the corpus itself publishes or generates, taken as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.records import Record


class Array(FrontEnd):
    """`record.arrays[name]`, unchanged: (frames, features) or (features,)."""

    name: str = "features"
    cached: ClassVar[bool] = False

    @property
    def needs(self) -> str:  # type: ignore[override]
        """The name of the array."""
        return self.name

    def load(self, record: Record) -> np.ndarray:
        if self.name not in record.arrays:
            raise Ai4erError(f"{record.id}: the record has no array {self.name!r}")
        return record.arrays[self.name]

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return list(raw)


FRONT_END = Array
