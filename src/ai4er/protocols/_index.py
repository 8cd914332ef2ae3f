"""What protocols need to know of records, as integer codes so that folds are array operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

STRICTEST_FIRST = ("test", "valid", "unlabelled", "pretrain", "train")
"""Where a dialogue, or the copies of a file, touch two roles, the earlier role keeps them."""

TRAINED = ("train", "valid", "pretrain")
"""The roles from which a system learns, or by which it is chosen."""

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

    `file` is equal for copies: same content, and the same part of it. `label` is the one class of a
    record (the one with most votes), absent in spaces of several classes or of values. `labelled` is
    true where the record has a target in the label space.
    """

    corpus: Codes
    speaker: Codes
    session: Codes
    dialogue: Codes
    file: Codes
    text: Codes
    label: Codes
    labelled: np.ndarray

    @classmethod
    def of(cls, records: Records, space: LabelSpace | None = None) -> Index:
        """The index of records; without a label space every record counts as labelled."""
        targets = [space.target(record) if space else None for record in records]
        return cls(
            corpus=Codes.of(record.corpus for record in records),
            speaker=Codes.of(_within(record, record.speaker) for record in records),
            session=Codes.of(_within(record, record.session) for record in records),
            dialogue=Codes.of(_within(record, record.dialogue) for record in records),
            file=Codes.of(f"{r.digest} {r.start} {r.end}" if r.digest else "" for r in records),
            text=Codes.of(map(_text, records)),
            label=Codes.of(_class(target, space) for target in targets),
            labelled=np.array([space is None or target is not None for target in targets], dtype=bool),
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


def _text(record: Record) -> str:
    """The words, or where the corpus gives none its own name of the sentence."""
    return (record.text or "").strip().casefold() or _within(record, record.attributes.get("text_id", ""))


def _class(target: np.ndarray | None, space: LabelSpace | None) -> str:
    if space is None or target is None or space.kind not in ("single", "distribution"):
        return ""
    return space.names[int(target if space.kind == "single" else target.argmax())]


def trained(roles: Mapping[str, np.ndarray]) -> np.ndarray:
    """The positions of everything that a system learns from, or is chosen by."""
    return np.concatenate([roles[role] for role in TRAINED if role in roles])


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


def left_out_notes(left_out: Mapping[str, int], what: str) -> list[str]:
    """A line for a person about each role that lost records."""
    return [f"{number} {what} left out of {role}" for role, number in left_out.items()]


def with_context(roles: dict[str, np.ndarray], index: Index, apart: bool) -> dict[str, np.ndarray]:
    """Add the unlabelled turns of each role's dialogues; `apart` keeps speakers of other roles out."""
    context = ~index.labelled & (index.dialogue.codes >= 0)
    if not context.any():
        return roles
    whole = {}
    for role, positions in roles.items():
        joins = context & np.isin(index.dialogue.codes, index.dialogue.present(positions))
        if apart:
            others = np.concatenate([roles[other] for other in roles if other != role])
            joins &= ~np.isin(index.speaker.codes, index.speaker.present(others))
        whole[role] = np.union1d(positions, np.flatnonzero(joins))
    return whole
