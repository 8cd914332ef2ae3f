"""Leave one speaker out: every speaker is tested once by a model that never heard that speaker."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.protocols._groups import Count, group_roles, held_out, speakers_of
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class LeaveOneSpeakerOut(Protocol):
    """One fold for each speaker; the next `valid_speakers` speakers in a circle validate.

    Where speakers talk to each other, a dialogue stays in one role and its other turns are left
    out of training; `session` wastes less of such corpora.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("speaker", "dialogue")
    remark: ClassVar[str] = "records without a speaker are left out"

    valid_speakers: Count = 1

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        speakers = speakers_of(index, least=self.valid_speakers + 2)
        return [
            (
                index.title(index.speaker, one),
                group_roles(index.speaker, index, [one], held_out(speakers, [one], self.valid_speakers)),
            )
            for one in speakers
        ]


PROTOCOL = LeaveOneSpeakerOut
