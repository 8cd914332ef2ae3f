"""IEMOCAP, ten speakers: four classes, 5,531 turns, every speaker tested once, the partner validates.

The form of papers that leave speakers out: eight speakers of four sessions train; of the fifth session one speaker is
tested and the other validates. `iemocap_10_speakers:turns=improvised` leaves the scripted plays out.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.labels.iemocap_subsets import SubsetName, Turns
from ai4er.protocols._groups import speakers_of
from ai4er.protocols._iemocap import usual_turns
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class IemocapTenSpeakers(Protocol):
    """One fold for each speaker: train on the other sessions, validate on the partner in the same session."""

    disjoint: ClassVar[tuple[str, ...]] = ("speaker",)
    remark: ClassVar[str] = "the partner of the tested speaker validates, in the same dialogues"

    subset: SubsetName = "four_class_5531"
    turns: Turns = "all"

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        index = usual_turns(records, index, self.subset, self.turns)
        parts = []
        for speaker in speakers_of(index, least=4):
            spoken = index.speaker.codes == speaker
            same = np.isin(index.session.codes, index.session.present(index.positions(spoken)))
            roles = {"train": ~same, "valid": same & ~spoken, "test": spoken}
            where = {role: index.positions(mask) for role, mask in roles.items()}
            parts.append((index.title(index.speaker, speaker), where))
        return parts


PROTOCOL = IemocapTenSpeakers
