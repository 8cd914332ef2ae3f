"""Online (prequential): every block of items is first tested, then learnt, in the order of time.

Source: Gama, Sebastião and Rodrigues, "On evaluating stream learning algorithms", Machine Learning 90, 2013: the
prequential error, here over blocks, with a model that is trained anew on all of the past.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import ABSENT, Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class Online(Protocol):
    """`blocks` equal blocks of the labelled items; fold k tests block k + 1 after training on blocks 1 to k.

    Time is the order of the corpus (of a table its rows); dialogues follow each other as they begin, and inside they go
    by turn. The latest `valid_share` of the past validates. The pooled predictions give the prequential score, those of
    the folds its curve.
    """

    disjoint: ClassVar[tuple[str, ...]] = ()
    by_data: ClassVar[bool] = True
    in_time: ClassVar[bool] = True
    remark: ClassVar[str] = "what is tested comes after everything that is learnt"

    blocks: int = pydantic.Field(10, ge=2)
    valid_share: float = pydantic.Field(0.1, ge=0.0, lt=1.0)

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        order = _in_time(records, index)
        order = order[index.labelled[order]]
        if len(order) < 2 * self.blocks:
            raise CannotGive(f"there are {len(order)} labelled records for {self.blocks} blocks of at least 2")
        blocks = np.array_split(order, self.blocks)
        parts = []
        for number in range(1, self.blocks):
            past = np.concatenate(blocks[:number])
            cut = len(past) - round(self.valid_share * len(past))
            parts.append((f"block {number + 1}", {"train": past[:cut], "valid": past[cut:], "test": blocks[number]}))
        return parts


def _in_time(records: Records, index: Index) -> np.ndarray:
    """The positions of all records: dialogues at the place of their first record, their turns by number."""
    places = np.arange(len(records))
    begins = places.copy()
    inside = index.dialogue.codes != ABSENT
    first = np.full(len(index.dialogue.names), len(records))
    np.minimum.at(first, index.dialogue.codes[inside], places[inside])
    begins[inside] = first[index.dialogue.codes[inside]]
    turns = np.array([-1 if turn is None else turn for turn in records.column("turn")])
    return np.lexsort((places, turns, begins))


PROTOCOL = Online
