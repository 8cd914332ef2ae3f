"""What the folds of a protocol guarantee on these records: found by testing them, not by what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.protocols._index import ABSENT, Codes, Index, trained
from ai4er.protocols.base import Fold
from ai4er.records import Records

_PLURAL = {"speaker": "speakers", "session": "sessions", "dialogue": "dialogues", "text": "texts", "file": "files"}


@dataclass(frozen=True)
class Shared:
    """Groups (speakers, texts ...) that some folds train on and test; `names` are those of all these folds."""

    folds: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Guarantees:
    """`disjoint` kinds are never both trained on and tested, `shared` kinds are, of `unknown` ones nobody can tell.

    The kinds are speaker, session, dialogue, text and file (copies, by digest).
    """

    folds: int
    disjoint: tuple[str, ...]
    shared: Mapping[str, Shared]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{', '.join(f'{kind}-disjoint' for kind in self.disjoint)}"] if self.disjoint else []
        for kind, found in self.shared.items():
            where = f"in {found.folds} of {self.folds} folds, " if self.folds > 1 else ""
            example = found.names[0] if len(found.names[0]) <= 40 else found.names[0][:37] + "..."
            parts.append(f"shares {_PLURAL[kind]} ({where}{len(found.names)} such as {example!r})")
        if self.unknown:
            parts.append(f"not known: {', '.join(_PLURAL[kind] for kind in self.unknown)}")
        return "; ".join(parts)


def guarantees(folds: Sequence[Fold], records: Records) -> Guarantees:
    """Test every fold: what test shares with training and validation.

    Speakers and files are unknown as soon as one record of a fold does not say; sessions, dialogues and texts
    where no record does.
    """
    index = Index.of(records)
    shared: dict[str, Shared] = {}
    unknown: list[str] = []
    for kind, codes in _codes(index).items():
        found = [codes.shared(trained(fold.roles), fold.roles["test"]) for fold in folds]
        names = tuple(sorted({name for some in found for name in some}))
        if names:
            shared[kind] = Shared(sum(map(bool, found)), names)
        elif not _known(kind, codes, folds):
            unknown.append(kind)
    disjoint = tuple(kind for kind in _PLURAL if kind not in shared and kind not in unknown)
    return Guarantees(len(folds), disjoint, shared, tuple(unknown))


def overlap(fold: Fold, records: Records) -> dict[str, list[str]]:
    """What test shares with the training and validation data, by kind.

    `speaker`, `session` and `dialogue` names (with their corpus), `file` digests, and `text`
    lines that are spoken in both.
    """
    codes = _codes(Index.of(records))
    return {kind: each.shared(trained(fold.roles), fold.role("test")) for kind, each in codes.items()}


def _codes(index: Index) -> dict[str, Codes]:
    return {kind: getattr(index, kind) for kind in _PLURAL}


def _known(kind: str, codes: Codes, folds: Sequence[Fold]) -> bool:
    used = np.unique(np.concatenate([np.concatenate([trained(fold.roles), fold.roles["test"]]) for fold in folds]))
    there = codes.codes[used] != ABSENT
    if kind == "speaker":
        return bool(there.all()) and all(fold.speakers_known for fold in folds)
    return bool(there.all() if kind == "file" else there.any())
