"""Subject-dependent: models for each person on his own trials, as EEG corpora are usually reported.

SEED: a model for each session, the first nine of fifteen clips train and the last six test; SEED-IV: sixteen and eight;
SEED-V: three folds over the clips of all sessions. DEAP and others without a published split: folds over the trials of
a person (`subject_dependent:folds=10`). `loso`, also called `cross_subject`, is the form for new persons.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import ABSENT, Codes, Index
from ai4er.protocols.base import Protocol
from ai4er.records import Record, Records


class SubjectDependent(Protocol):
    """What the corpus publishes: a fold for each person and session with `train` and `test` records, or for each person
    and number in the attribute `fold`, over all sessions.

    `parts` folds over the trials of each person, shuffled by the seed, take its place where they are asked for. A whole
    record is always on one side; windows are cut later.
    """

    disjoint: ClassVar[tuple[str, ...]] = ()
    remark: ClassVar[str] = "scores say nothing about new persons"

    parts: int | None = pydantic.Field(None, ge=2)

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        if (index.speaker.codes == ABSENT).all():
            raise CannotGive("the records do not say which person they are of")
        splits = records.column("split")
        folds = np.array([record.attributes.get("fold", "") for record in records])
        if self.parts is not None:
            found = self._drawn(records, index, seed, self.parts)
        elif {"train", "test"} <= set(splits):
            found = self._by_session(records, index, splits)
        elif folds.any():
            found = self._by_fold(records, index, folds)
        else:
            raise CannotGive(
                "the corpus has no official split of a person's trials: subject_dependent:folds=10 makes one"
            )
        if not found:
            raise CannotGive("no person has records in both train and test")
        return found

    def _by_session(
        self, records: Records, index: Index, splits: np.ndarray
    ) -> list[tuple[str, dict[str, np.ndarray]]]:
        subjects = Codes.of(_named(record, record.session) for record in records)
        parts = []
        for code in subjects.present(np.flatnonzero(index.labelled)):
            mine = subjects.codes == code
            roles = {role: index.positions(mine & (splits == role)) for role in self.offers}
            if len(roles["train"]) and len(roles["test"]):
                parts.append((subjects.names[code], roles))
        return parts

    def _by_fold(self, records: Records, index: Index, folds: np.ndarray) -> list[tuple[str, dict[str, np.ndarray]]]:
        subjects = Codes.of(_named(record, "") for record in records)
        parts = []
        for code in subjects.present(np.flatnonzero(index.labelled)):
            mine = subjects.codes == code
            for fold in np.unique(folds[index.positions(mine)]):
                test = index.positions(mine & (folds == fold))
                train = index.positions(mine & (folds != fold) & (folds != ""))
                if fold and len(train):
                    parts.append((f"{subjects.names[code]} fold {fold}", {"train": train, "test": test}))
        return parts

    def _drawn(self, records: Records, index: Index, seed: int, parts: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        folds = np.full(len(records), "", dtype=object)
        for code in index.speaker.present(np.flatnonzero(index.labelled)):
            mine = index.positions(index.speaker.codes == code)
            if len(mine) < parts:
                raise CannotGive(f"{index.speaker.names[code]} has {len(mine)} labelled records for {parts} folds")
            shuffled = np.random.default_rng([seed, int(code)]).permutation(mine)
            for number, part in enumerate(np.array_split(shuffled, parts), start=1):
                folds[part] = str(number)
        return self._by_fold(records, index, folds.astype(str))


def _named(record: Record, session: str) -> str:
    return f"{record.speaker} {session}".strip() if record.speaker else ""


PROTOCOL = SubjectDependent
