"""One random split into training and test, as many papers report it: speaker-dependent, and marked so."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive, strata
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class RandomSplit(Protocol):
    """`test_share` of the labelled records are tested, `valid_share` of the others validate.

    `stratified` draws the test part from every class alike. `seed` fixes the shuffle; without it the seed of the run
    does. Neither speakers nor dialogues are kept apart.
    """

    disjoint: ClassVar[tuple[str, ...]] = ()
    remark: ClassVar[str] = "scores say nothing about new speakers"

    test_share: float = pydantic.Field(0.2, gt=0.0, lt=1.0)
    stratified: bool = False
    seed: int | None = pydantic.Field(None, ge=0)
    valid_share: float = pydantic.Field(0.0, ge=0.0, lt=1.0)

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        from sklearn.model_selection import train_test_split

        labelled = np.flatnonzero(index.labelled)
        classes = strata(index, labelled, least=2) if self.stratified else None
        chosen = seed if self.seed is None else self.seed
        try:
            train, test = train_test_split(labelled, test_size=self.test_share, stratify=classes, random_state=chosen)
        except ValueError:
            raise CannotGive(
                f"{len(labelled)} labelled records are too few for test_share={self.test_share:g}"
            ) from None
        cut = round(self.valid_share * len(train))
        return [(f"{self.test_share:.0%} at random", {"train": train[cut:], "valid": train[:cut], "test": test})]


PROTOCOL = RandomSplit
