"""Random k-fold over utterances, as many papers report it: speaker-dependent, and marked so."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive, strata
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class RandomKFold(Protocol):
    """scikit-learn's `KFold(folds, shuffle=True, random_state=seed)` over the labelled records.

    `stratified` takes its `StratifiedKFold`, whose parts have equal shares of every class. `seed` fixes the shuffle;
    without it the seed of the run does. `valid_share` is the share of each training part that validates. Neither
    speakers nor dialogues are kept apart.
    """

    disjoint: ClassVar[tuple[str, ...]] = ()
    remark: ClassVar[str] = "scores say nothing about new speakers"

    parts: int = pydantic.Field(10, ge=2)
    stratified: bool = False
    seed: int | None = pydantic.Field(None, ge=0)
    valid_share: float = pydantic.Field(0.0, ge=0.0, lt=1.0)

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        from sklearn.model_selection import KFold, StratifiedKFold

        chosen = seed if self.seed is None else self.seed
        labelled = np.flatnonzero(index.labelled)
        if len(labelled) < self.parts:
            raise CannotGive(f"there are {len(labelled)} labelled records for {self.parts} folds")
        classes = strata(index, labelled, least=self.parts) if self.stratified else None
        divide = (StratifiedKFold if self.stratified else KFold)(self.parts, shuffle=True, random_state=chosen)
        parts = []
        for number, (train, test) in enumerate(divide.split(labelled, classes)):
            shuffled = np.random.default_rng([chosen, number]).permutation(labelled[train])
            cut = round(self.valid_share * len(train))
            parts.append((str(number + 1), {"train": shuffled[cut:], "valid": shuffled[:cut], "test": labelled[test]}))
        return parts


PROTOCOL = RandomKFold
