"""Unseen emotions: some classes are tested and never trained on (`unseen_emotions:names=anger+fear`).

The conventional zero-shot setting of Lampert, Nickisch and Harmeling, "Learning to detect unseen object classes by
between-class attribute transfer", CVPR 2009: test holds unseen classes only, and everything else the seen ones only.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pydantic

from ai4er.errors import unknown
from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.changes.base import Change, training_classes, with_own_context

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class UnseenEmotions(Change):
    """The classes `names`, or without names `count` of them that the seed draws for each fold, are unseen.

    No record of an unseen class stays in any role but test, not even where labels are not read, and no other in test.
    """

    count: int = pydantic.Field(2, ge=1)
    names: str = ""

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        seen = training_classes(fold, index)
        unseen = self._unseen(list(seen), generator)
        codes = [index.label.names.index(name) for name in unseen]
        roles = {}
        for role, positions in fold.roles.items():
            labelled = positions[index.labelled[positions]]
            is_unseen = np.isin(index.label.codes[labelled], codes)
            chosen = labelled[is_unseen if role == "test" else ~is_unseen]
            roles[role] = with_own_context(positions, chosen, index)
        if not len(roles["test"]):
            raise CannotGive(f"fold {fold.name} has no test item of {', '.join(unseen)}")
        note = f"unseen emotions: {', '.join(unseen)}; seen: {', '.join(name for name in seen if name not in unseen)}"
        return dataclasses.replace(fold, roles=roles, notes=(*fold.notes, note))

    def _unseen(self, there: list[str], generator: np.random.Generator) -> list[str]:
        """The unseen classes, of those of the training role. Raises `CannotGive` where fewer than two would be seen."""
        names = [name.strip() for name in self.names.split("+") if name.strip()]
        for name in names:
            if name not in there:
                raise unknown("class of the training items", name, there)
        unseen = names or [there[i] for i in generator.permutation(len(there))[: self.count]]
        if len(there) - len(set(unseen)) < 2:
            raise CannotGive(f"{len(set(unseen))} of {len(there)} classes unseen leave fewer than two to train on")
        return sorted(set(unseen))


CHANGE = UnseenEmotions
