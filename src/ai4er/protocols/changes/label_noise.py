"""Label noise: a share of the training items gets the label of another class (`label_noise:rate=0.2`)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.changes.base import Change, training_classes

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class LabelNoise(Change):
    """Symmetric noise: `rate` of the training items, drawn by the seed, take the label of another one.

    The other class is drawn evenly, then one of its training items, so that votes stay those of people.
    """

    rate: float = pydantic.Field(0.2, gt=0.0, le=1.0)

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        classes = list(training_classes(fold, index).values())
        if len(classes) < 2:
            raise CannotGive(f"fold {fold.name} trains on one class only")
        own = np.repeat(np.arange(len(classes)), [len(positions) for positions in classes])
        where = generator.permutation(len(own))[: round(self.rate * len(own))]
        other = (own[where] + generator.integers(1, len(classes), len(where))) % len(classes)
        positions = np.concatenate(classes)[where].tolist()
        wrong = {p: int(generator.choice(classes[code])) for p, code in zip(positions, other)}
        note = f"{len(wrong)} of {len(own)} training items have the label of another class"
        return dataclasses.replace(fold, wrong_labels=wrong, notes=(*fold.notes, note))


CHANGE = LabelNoise
