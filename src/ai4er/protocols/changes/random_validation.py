"""Random validation: a share of the training items validates (`random_validation:share=0.1`).

The validation part then has the speakers of the training part, so that it flatters what it selects: written behind a
protocol without one, `loso:valid_speakers=none|random_validation`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import ABSENT, Index, keep_together
from ai4er.protocols.changes.base import Change

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class RandomValidation(Change):
    """About `share` of the labelled training items, drawn by the seed; a dialogue is drawn whole."""

    share: float = pydantic.Field(0.1, gt=0.0, lt=1.0)

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        if len(fold.roles["valid"]):
            raise CannotGive(
                f"fold {fold.name} has a validation part already: switch it off, as with valid_speakers=none"
            )
        train = fold.roles["train"]
        dialogue = index.dialogue.codes[train]
        units = np.where(dialogue == ABSENT, len(index.dialogue.names) + np.arange(len(train)), dialogue)
        _, units = np.unique(units, return_inverse=True)
        sizes = np.bincount(units, index.labelled[train])
        order = generator.permutation(np.flatnonzero(sizes))
        wanted = max(round(self.share * sizes.sum()), sizes[order[0]])
        drawn = np.isin(units, order[sizes[order].cumsum() <= wanted])
        parts, _ = keep_together({"train": train[~drawn], "valid": train[drawn]}, index.file)
        if not len(parts["train"]):
            raise CannotGive(f"fold {fold.name} keeps no training item beside its validation part")
        note = f"{int(index.labelled[parts['valid']].sum())} training items validate"
        return dataclasses.replace(fold, roles={**fold.roles, **parts}, notes=(*fold.notes, note))


CHANGE = RandomValidation
