"""Subject-dependent: one model for each person and session, on the owners' split of that session's trials.

The form in which SEED and its sisters are usually reported (first nine of fifteen clips train, the last six test);
`loso` is the cross-subject form.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import ABSENT, Codes, Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class SubjectDependent(Protocol):
    """A fold for each speaker (subject) and session that has `train` and `test` records of the official split."""

    disjoint: ClassVar[tuple[str, ...]] = ()
    remark: ClassVar[str] = "scores say nothing about new persons"

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        splits = records.column("split")
        if not {"train", "test"} <= set(splits):
            raise CannotGive("the corpus has no official split into train and test")
        if (index.speaker.codes == ABSENT).all():
            raise CannotGive("the records do not say which person they are of")
        subjects = Codes.of(
            f"{record.speaker} {record.session}".strip() if record.speaker else "" for record in records
        )
        parts = []
        for code in subjects.present(np.flatnonzero(index.labelled)):
            mine = subjects.codes == code
            roles = {role: index.positions(mine & (splits == role)) for role in self.offers}
            if len(roles["train"]) and len(roles["test"]):
                parts.append((subjects.names[code], roles))
        if not parts:
            raise CannotGive("no person has records in both train and test")
        return parts


PROTOCOL = SubjectDependent
