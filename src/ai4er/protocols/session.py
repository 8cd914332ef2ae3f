"""Leave one session out: every recording session is tested once, as is usual for IEMOCAP."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.protocols._groups import CannotGive, Count, group_roles, held_out
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class LeaveOneSessionOut(Protocol):
    """One fold for each session; the next `valid_sessions` sessions in a circle validate.

    Speakers are apart where no speaker is in two sessions; otherwise the folds are marked.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("session", "dialogue")
    by_data: ClassVar[bool] = True
    remark: ClassVar[str] = "records without a session are left out"

    valid_sessions: Count = 1

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        sessions = index.session.present(np.flatnonzero(index.labelled))
        least = self.valid_sessions + 2
        if not len(sessions):
            raise CannotGive("the records do not say in which session they were recorded")
        if len(sessions) < least:
            raise CannotGive(f"there are {len(sessions)} sessions, and {least} are needed")
        return [
            (
                index.title(index.session, one),
                group_roles(index.session, index, [one], held_out(sessions, [one], self.valid_sessions)),
            )
            for one in sessions
        ]


PROTOCOL = LeaveOneSessionOut
