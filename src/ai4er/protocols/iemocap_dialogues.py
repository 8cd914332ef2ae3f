"""IEMOCAP, fixed dialogues: the 31 dialogues of the fifth session are tested, as conversation papers do.

The other 120 dialogues train. Papers differ in what validates; here it is a random share of the training dialogues,
which are of the speakers that are trained on.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from ai4er.labels.iemocap_subsets import SubsetName
from ai4er.protocols._groups import CannotGive
from ai4er.protocols._iemocap import usual_turns
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records

TESTED = "iemocap/Ses05"


class IemocapDialogues(Protocol):
    """Session 5 is tested, `valid_share` of the other dialogues validate, drawn by the seed."""

    disjoint: ClassVar[tuple[str, ...]] = ("session", "dialogue")
    by_data: ClassVar[bool] = True

    subset: SubsetName = "six_class_7380"
    valid_share: float = pydantic.Field(0.1, ge=0.0, lt=1.0)

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        index = usual_turns(records, index, self.subset, "all")
        if TESTED not in index.session.names:
            raise CannotGive("there is no session Ses05")
        tested = index.session.codes == index.session.names.index(TESTED)
        dialogues = np.random.default_rng(seed).permutation(index.dialogue.present(index.positions(~tested)))
        validated = np.isin(index.dialogue.codes, dialogues[: round(self.valid_share * len(dialogues))])
        masks = {"train": ~tested & ~validated, "valid": ~tested & validated, "test": tested}
        return [("Ses05", {role: index.positions(mask) for role, mask in masks.items()})]


PROTOCOL = IemocapDialogues
