"""Reverberation: recordings as they sound in a room (`reverberation:seconds=0.3+0.6`).

Every reverberation time, and the clean recordings, are conditions of one test; what is trained on stays clean unless
`where` says otherwise. The room is drawn by item, the same in every fold and for every system.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import pydantic

from ai4er.augment.item_draw import item_share
from ai4er.augment.reverberation import reverberant
from ai4er.protocols.changes._numbers import Numbers
from ai4er.protocols.changes.base import ChangeOfInputs, Condition
from ai4er.protocols.changes.noise import CLEAN, sounds
from ai4er.records import Record, Records

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class Reverberation(ChangeOfInputs):
    """Rooms in which sound falls by 60 decibels in so many `seconds`, the direct sound as loud as all that follows.

    A training recording is clean or in one of the rooms, all equally often.
    """

    part: ClassVar[str] = "audio"

    seconds: Numbers = (0.3, 0.6, 1.0)
    seed: int = pydantic.Field(0, ge=0)

    @pydantic.field_validator("seconds")
    @classmethod
    def _positive(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if min(value) <= 0:
            raise ValueError("a reverberation time must be above 0 seconds")
        return value

    def conditions(self, fold: Fold, records: Records, modalities: Sequence[str]) -> list[Condition]:
        return [Condition(CLEAN), *(Condition(f"{time:g}s", partial(self._in_room, time)) for time in self.seconds)]

    def training(self, fold: Fold, records: Records, modalities: Sequence[str]) -> Condition:
        return Condition("reverberant", self._drawn)

    def _in_room(self, seconds: float, record: Record) -> Record:
        return reverberant(record, seconds, self.seed) if sounds(record) else record

    def _drawn(self, record: Record) -> Record:
        room = int(item_share(record, self.seed, "reverberation") * (len(self.seconds) + 1))
        return self._in_room(self.seconds[room - 1], record) if room else record


CHANGE = Reverberation
