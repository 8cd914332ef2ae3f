"""Front ends: deterministic feature extractors, named by `name:key=value,key=value`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ai4er.config import Configuration, parse_spec
from ai4er.errors import unknown
from ai4er.records import Record
from ai4er.registry import find, places


class FrontEnd(Configuration, ABC):
    """Turns records into arrays: `load` reads one record's raw part, `extract` computes a batch.

    Subclasses live in `features/<name>.py`; the class of a module is the one in its `FRONT_END`.
    `needs` is the part of a record that it reads (`audio`, `text`, `image`, `eeg`, ...), so that
    a missing modality is known before anything is computed; `also` names further arrays that the result may
    depend on. `integer` marks token ids.
    `cached` is False where recomputing is cheaper than a disk read. `timed` says whether the first
    axis of a result is time; None means that matrices and token ids have time, all else has not.
    """

    needs: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    integer: ClassVar[bool] = False
    cached: ClassVar[bool] = True
    timed: ClassVar[bool | None] = None

    @abstractmethod
    def load(self, record: Record) -> Any:
        """The raw input of one record (samples, text, pixels); `Ai4erError` if it is absent."""

    @abstractmethod
    def extract(self, raw: Sequence[Any]) -> list[np.ndarray]:
        """Features of each item, time first: (frames, features), or (features,) without time.

        An item's result does not depend on the other items of the call.
        """

    def is_timed(self, features: np.ndarray) -> bool:
        """Whether the first axis of this result is time."""
        return features.ndim == 2 or self.integer if self.timed is None else self.timed

    def has(self, record: Record) -> bool:
        """Whether the record has the part that this front end reads."""
        value = getattr(record, self.needs, None)
        return value is not None or self.needs in record.arrays


def feature_names() -> list[str]:
    """The names of all front ends of this floor."""
    return sorted(n for n, m in _front_ends().items() if m)


def _front_ends() -> dict[str, str]:
    return {n: p for n, p in places("ai4er.features").items() if n not in ("media", "cache")}


def front_end(spec: str) -> FrontEnd:
    """The front end of a spec such as `mfcc:coefficients=39,samples=96000`.

    Raises `Ai4erError` for an unknown name or setting.
    """
    name, settings = parse_spec(spec)
    if name not in _front_ends():
        raise unknown("front end", name, _front_ends())
    kind = find("ai4er.features", "front end", name).FRONT_END
    return kind().override(settings)
