"""Speaker k-fold: groups of speakers take turns in being tested (`speaker_kfold:folds=5`)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import Count, group_roles, held_out, speakers_of
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class SpeakerKFold(Protocol):
    """`parts` groups of speakers, shuffled by the seed; the next `valid_speakers` speakers validate."""

    disjoint: ClassVar[tuple[str, ...]] = ("speaker", "dialogue")
    remark: ClassVar[str] = "records without a speaker are left out"

    parts: int = pydantic.Field(5, ge=2)
    valid_speakers: Count = 1

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        speakers = np.random.default_rng(seed).permutation(speakers_of(index, least=self.parts))
        groups = np.array_split(speakers, self.parts)
        return [
            (
                _name(sorted(index.title(index.speaker, one) for one in group)),
                group_roles(index.speaker, index, group, held_out(speakers, group, self.valid_speakers)),
            )
            for group in groups
        ]


def _name(speakers: list[str]) -> str:
    """The speakers of a fold: all of them, or the first and how many more there are."""
    return "+".join(speakers) if len(speakers) <= 3 else f"{speakers[0]}+{len(speakers) - 1} more"


PROTOCOL = SpeakerKFold
