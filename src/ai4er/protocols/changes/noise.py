"""Noise: additive noise at given signal-to-noise ratios (`noise:kind=pink,levels=10+5+0`).

Every level, and the clean recordings, are conditions of one test; what is trained on stays clean unless `where` says
otherwise. Noise is drawn by item, the same at every level, in every fold and for every system.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pydantic

from ai4er.augment.item_draw import item_share
from ai4er.augment.noisy_records import Babble, Generated, NoiseSource, Recorded, noisy, recorded
from ai4er.errors import Ai4erError
from ai4er.protocols.changes._numbers import Numbers
from ai4er.protocols.changes.base import ChangeOfInputs, Condition
from ai4er.records import Record, Records

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold

CLEAN = "clean"
_FOLDER = "noise_esc10"
_POOL = 64
"""Recordings of the training role that babble is made of."""


class Noise(ChangeOfInputs):
    """Noise of a kind at each of the `levels`, in decibels over the whole recording.

    `recorded` takes clips from `folder`, without it from `noise_esc10` in AI4ER_DATA: every third one in the order of
    their names is for test, the others are for training. `white` and `pink` are generated, `babble` is six recordings
    of other speakers of the training role at once. A training recording is clean or has one of the levels, all
    equally often.
    """

    part: ClassVar[str] = "audio"

    kind: Literal["recorded", "white", "pink", "babble"] = "recorded"
    levels: Numbers = (20.0, 15.0, 10.0, 5.0, 0.0)
    folder: str = ""
    seed: int = pydantic.Field(0, ge=0)

    def conditions(self, fold: Fold, records: Records, modalities: Sequence[str]) -> list[Condition]:
        source = self._source(fold, records, test=True)
        clean = Condition(CLEAN)
        return [clean, *(Condition(_name(db), partial(self._at, source, db)) for db in self.levels)]

    def training(self, fold: Fold, records: Records, modalities: Sequence[str]) -> Condition:
        return Condition("noisy", partial(self._drawn, self._source(fold, records, test=False)))

    def _at(self, source: NoiseSource, decibels: float, record: Record) -> Record:
        return noisy(record, source, decibels, self.seed) if sounds(record) else record

    def _drawn(self, source: NoiseSource, record: Record) -> Record:
        level = int(item_share(record, self.seed, "level") * (len(self.levels) + 1))
        return self._at(source, self.levels[level - 1], record) if level else record

    def _source(self, fold: Fold, records: Records, test: bool) -> NoiseSource:
        if self.kind == "recorded":
            return self._clips().part(test)
        if self.kind == "babble":
            drawn = np.random.default_rng(self.seed).permutation(fold.roles["train"])
            heard = (records[int(i)] for i in drawn)
            return Babble(tuple(one for one, _ in zip((r for r in heard if sounds(r)), range(_POOL))))
        return Generated(self.kind)

    def _clips(self) -> Recorded:
        data = os.environ.get("AI4ER_DATA")
        folder = Path(self.folder) if self.folder else Path(data) / _FOLDER if data else None
        if folder is None or not folder.is_dir():
            raise Ai4erError(
                f"noise: no folder {folder or _FOLDER + ' in AI4ER_DATA'} with recordings of noise: name one with "
                "noise:folder=DIR, or take generated noise with noise:kind=pink, white or babble"
            )
        return recorded(folder)


def sounds(record: Record) -> bool:
    """Whether the record has sound to change."""
    return bool(record.audio or record.video) or "audio" in record.arrays


def _name(decibels: float) -> str:
    return f"{decibels:g}dB"


CHANGE = Noise
