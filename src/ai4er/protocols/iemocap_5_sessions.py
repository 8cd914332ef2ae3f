"""IEMOCAP, five sessions: four classes, 5,531 turns, every session tested once.

The form in which most papers report IEMOCAP, with happiness and excitement in one class;
`iemocap_5_sessions:turns=improvised` for those that leave the scripted plays out, `subset=four_class_4490` for those
that leave excitement out.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels.iemocap_subsets import SubsetName, Turns
from ai4er.protocols._iemocap import usual_turns
from ai4er.protocols._index import Index
from ai4er.protocols.session import LeaveOneSessionOut
from ai4er.records import Records


class IemocapFiveSessions(LeaveOneSessionOut):
    """`session` on the usual turns; `valid_sessions=none` for papers that train on four sessions."""

    subset: SubsetName = "four_class_5531"
    turns: Turns = "all"

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        return super().split(records, usual_turns(records, index, self.subset, self.turns), seed)


PROTOCOL = IemocapFiveSessions
