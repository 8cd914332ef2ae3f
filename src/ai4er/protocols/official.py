"""The split that the owners of a corpus publish."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class Official(Protocol):
    """One fold from `Record.split`; each setting names the split of a role, `one+other` joins two.

    Copies of test files, and turns of test dialogues, are left out of training and counted.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("dialogue",)
    by_data: ClassVar[bool] = True
    offers: ClassVar[tuple[str, ...]] = ("train", "valid", "test", "unlabelled", "pretrain")

    train: str = "train"
    valid: str = "valid+dev+validation"
    test: str = "test"

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        splits = records.column("split").astype(str)
        counts = Counter(splits[splits != ""].tolist())
        if not counts:
            raise CannotGive("the corpus has no official split")
        roles = {}
        for role in self.offers:
            wanted = getattr(self, role, role).split("+")
            there = np.isin(splits, wanted)
            roles[role] = np.flatnonzero(there) if role == "unlabelled" else index.positions(there)
        for role in ("train", "test"):
            if not len(roles[role]):
                found = ", ".join(f"{name} ({number})" for name, number in sorted(counts.items()))
                raise CannotGive(f"no {role} records; the splits are {found}: say which with official:{role}=NAME")
        return [("official", roles)]


PROTOCOL = Official
