"""Another front end on a noisy copy of the sound, to train on beside the clean one.

    noisy:front_end=log_mel;bands=80;hop=320,levels=20+10+0

The kind of noise and its level are drawn from (seed, corpus, id) alone, so that an item always has the same copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from ai4er.augment.item_draw import item_generator
from ai4er.augment.noisy_records import Generated, noisy
from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.cache import folder_name
from ai4er.protocols.changes._numbers import Numbers
from ai4er.records import Record

_KINDS: tuple[Literal["white", "pink"], ...] = ("white", "pink")


class Noisy(FrontEnd):
    """The features that `front_end` extracts, with semicolons for its colon and commas, from a copy with noise.

    Noise is white or pink, at one of the `levels` in decibels, all equally often.
    """

    needs: ClassVar[str] = "audio"

    front_end: str = "log_mel"
    levels: Numbers = (30.0, 20.0, 10.0, 0.0)
    seed: int = Field(0, ge=0)

    @cached_property
    def inner(self) -> FrontEnd:
        """The front end that reads the copy. Raises `Ai4erError` for one that does not read sound."""
        from ai4er.encoders import front_end

        name, _, settings = self.front_end.partition(";")
        found = front_end(f"{name}:{settings.replace(';', ',')}" if settings else name)
        if found.needs != "audio":
            raise Ai4erError(f"noisy:front_end={self.front_end} reads {found.needs}, and only sound can be noisy")
        return found

    def digest(self) -> str:
        """Changes with the code and the encoder of the inner front end too."""
        return f"{super().digest()}-{folder_name(self.inner)}"

    def load(self, record: Record) -> Any:
        generator = item_generator(record, self.seed, "copy")
        kind, level = (
            _KINDS[int(generator.integers(len(_KINDS)))],
            self.levels[int(generator.integers(len(self.levels)))],
        )
        return self.inner.load(noisy(record, Generated(kind), level, self.seed))

    def extract(self, raw: Sequence[Any]) -> list[np.ndarray]:
        return self.inner.extract(raw)

    def is_timed(self, features: np.ndarray) -> bool:
        return self.inner.is_timed(features)

    def has(self, record: Record) -> bool:
        return self.inner.has(record)


FRONT_END = Noisy
