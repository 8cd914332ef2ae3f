"""What protocols need to know of records, as integer codes so that folds are array operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

STRICTEST_FIRST = ("test", "valid", "unlabelled", "pretrain", "train")
"""Where a dialogue, or the copies of a file, touch two roles, the earlier role keeps them."""

ABSENT = -1


@dataclass(frozen=True)
class Codes:
    """One integer for each record, (records,), that is equal where the values are; -1 = absent."""

    codes: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str]) -> Codes:
        """The codes of texts in sorted order; an empty text is absent."""
        array = np.array(list(values), dtype=object)
        names, codes = np.unique(array.astype(str), return_inverse=True)
        if len(names) and names[0] == "":
            names, codes = names[1:], codes - 1
        return cls(codes.reshape(-1).astype(np.int64), tuple(str(name) for name in names))

    def present(self, positions: np.ndarray) -> np.ndarray:
        """The sorted codes that occur at these positions."""
        found = np.unique(self.codes[positions])
        return found[found != ABSENT]

    def shared(self, one: np.ndarray, other: np.ndarray) -> list[str]:
        """The names that occur at both sets of positions."""
        both = np.intersect1d(self.present(one), self.present(other))
        return [self.names[code] for code in both]


@dataclass(frozen=True)
class Index:
    """The codes of records. Speakers, sessions and dialogues of two corpora are never the same.

    `file` is equal for copies: same content, and the same part of it. `labelled` is true where the
    record has a target in the label space.
    """

    corpus: Codes
    speaker: Codes
    session: Codes
    dialogue: Codes
    file: Codes
    text: Codes
    labelled: np.ndarray

    @classmethod
    def of(cls, records: Records, space: LabelSpace | None = None) -> Index:
        """The index of records; without a label space every record counts as labelled."""
        labelled = [space is None or space.target(record) is not None for record in records]
        return cls(
            corpus=Codes.of(record.corpus for record in records),
            speaker=Codes.of(_within(record, record.speaker) for record in records),
            session=Codes.of(_within(record, record.session) for record in records),
            dialogue=Codes.of(_within(record, record.dialogue) for record in records),
            file=Codes.of(f"{r.digest} {r.start} {r.end}" if r.digest else "" for r in records),
            text=Codes.of((record.text or "").strip().casefold() for record in records),
            labelled=np.array(labelled, dtype=bool),
        )

    def positions(self, where: np.ndarray) -> np.ndarray:
        """The labelled positions where a mask over the records is true."""
        return np.flatnonzero(self.labelled & where)

    def title(self, codes: Codes, code: int) -> str:
        """The name of a group, with its corpus only where there are several."""
        name = codes.names[code]
        return name if len(self.corpus.names) > 1 else name.partition("/")[2]


def _within(record: Record, value: str) -> str:
    return f"{record.corpus}/{value}" if value else ""


def keep_together(roles: dict[str, np.ndarray], codes: Codes) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Leave every group of records (a dialogue, the copies of a file) in one role only.

    The strictest role that a group touches keeps its records; those in the other roles are left
    out. Returns the roles, and how many records were left out of each.
    """
    order = [role for role in STRICTEST_FIRST if role in roles]
    strictest = np.full(len(codes.names), len(order), dtype=np.int64)
    for rank, role in reversed(list(enumerate(order))):
        strictest[codes.present(roles[role])] = rank
    kept, left_out = {}, {}
    for rank, role in enumerate(order):
        group = codes.codes[roles[role]]
        fits = group == ABSENT
        fits[~fits] = strictest[group[~fits]] == rank
        kept[role] = roles[role][fits]
        if not fits.all():
            left_out[role] = int((~fits).sum())
    return {role: kept[role] for role in roles}, left_out
