"""The folds of the EmoBox benchmark, read from your own copy of its lists.

Source: Ma et al., "EmoBox: Multilingual Multi-corpus Speech Emotion Recognition Toolkit and Benchmark",
Interspeech 2024; github.com/emo-box/EmoBox (MIT). Some of its folds share speakers between training and test (emodb,
urdu, tess, crema_d, shemo and others): every fold is tested, and marked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ai4er.protocols._emobox import lists_folder, matched, read_lists
from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.base import Fold, Protocol
from ai4er.records import Records


class EmoBox(Protocol):
    """`folder` is a checkout of EmoBox, or holds NAME.csv.gz; without it `emobox_layouts` or `EmoBox` in AI4ER_DATA.

    Recordings are found by their official names. Those that are not in the lists are left out, and counted.
    """

    disjoint: ClassVar[tuple[str, ...]] = ()
    by_data: ClassVar[bool] = True

    folder: str = ""

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        if len(index.corpus.names) != 1:
            raise CannotGive(f"one corpus at a time, and there are {', '.join(index.corpus.names)}")
        listed = read_lists(lists_folder(self.folder), index.corpus.names[0])
        number = matched(records, listed)
        there = number >= 0
        if not there.any():
            raise CannotGive(f"none of the records is in the lists, such as {listed[0].path}")
        lines = [listed[i] if i >= 0 else None for i in number]
        parts = []
        for fold in sorted({fold for one in listed for fold in one.held_out}):
            role = np.array([one.held_out.get(fold, "train") if one else "" for one in lines])
            parts.append((str(fold), {name: index.positions(role == name) for name in self.offers}))
        return parts

    def _folds(self, records: Records, index: Index, seed: int) -> list[Fold]:
        folds = super()._folds(records, index, seed)
        used = np.unique(np.concatenate([where for fold in folds for where in fold.roles.values()]))
        absent = int(index.labelled.sum()) - len(used)
        note = (f"{absent} records are not in the lists and left out",) if absent else ()
        return [dataclasses.replace(fold, notes=(*note, *fold.notes)) for fold in folds]

    @classmethod
    def candidates(cls, corpora: Sequence[str]) -> list[Protocol]:
        return []


PROTOCOL = EmoBox
