"""Imbalance: a long tail of training classes (`imbalance:ratio=10`).

Source: the exponential profile of Cui et al., "Class-Balanced Loss Based on Effective Number of Samples",
CVPR 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.changes.base import Change, train_on, training_classes

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class Imbalance(Change):
    """The largest training class has `ratio` times the items of the smallest, with even steps between.

    Class i of C keeps in proportion to ratio^(-i / (C - 1)), as many items as the data allow; which class
    is large and which is rare is drawn by the seed.
    """

    ratio: float = pydantic.Field(10.0, ge=1.0)

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        classes = list(training_classes(fold, index).values())
        if len(classes) < 2:
            raise CannotGive(f"fold {fold.name} trains on one class only")
        shuffled = [generator.permutation(classes[i]) for i in generator.permutation(len(classes))]
        profile = self.ratio ** (-np.arange(len(classes)) / (len(classes) - 1))
        largest = min(len(positions) / share for positions, share in zip(shuffled, profile))
        sizes = np.round(largest * profile).astype(int)
        if sizes[-1] < 1:
            raise CannotGive(f"fold {fold.name} has too few training items for the ratio {self.ratio:g}")
        return train_on(fold, np.concatenate([found[:size] for found, size in zip(shuffled, sizes)]), index)


CHANGE = Imbalance
