"""Low resource: a fraction of the training items (`low_resource:fraction=0.1`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydantic

from ai4er.protocols._index import Index
from ai4er.protocols.changes.base import Change, train_on

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class LowResource(Change):
    """A random `fraction` of the labelled training items, of each class where an item has one.

    At least one item of every class stays; a smaller fraction of one seed is part of a larger one.
    """

    fraction: float = pydantic.Field(0.1, gt=0.0, le=1.0)

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        labelled = fold.roles["train"][index.labelled[fold.roles["train"]]]
        classes = index.label.codes[labelled]
        drawn = []
        for code in np.unique(classes):
            shuffled = generator.permutation(labelled[classes == code])
            drawn.append(shuffled[: max(1, round(self.fraction * len(shuffled)))])
        return train_on(fold, np.concatenate(drawn), index)


CHANGE = LowResource
