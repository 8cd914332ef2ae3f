"""Few shots: only so many labelled training items of each class (`few_shot:shots=5`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.changes.base import Change, train_on, training_classes

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class FewShot(Change):
    """`shots` training items of each class, drawn by the seed; fewer shots of one seed are part of more."""

    shots: int = pydantic.Field(5, ge=1)

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        drawn = []
        for name, positions in training_classes(fold, index).items():
            if len(positions) < self.shots:
                raise CannotGive(f"fold {fold.name} has {len(positions)} training items of {name} for {self.shots}")
            drawn.append(generator.permutation(positions)[: self.shots])
        return train_on(fold, np.concatenate(drawn), index)


CHANGE = FewShot
