"""Missing modalities: fixed patterns of what is there, or every modality absent at a rate (`missing:rate=0.3`).

Sources: the six incomplete patterns of three modalities of Zhao et al., "Missing Modality Imagination Network",
ACL 2021 (`missing:patterns=incomplete`); random rates as in Lian et al., "GCNet", IEEE Transactions on Pattern
Analysis and Machine Intelligence 45, 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar, Self

import pydantic

from ai4er.augment.item_draw import item_share
from ai4er.errors import Ai4erError
from ai4er.protocols.changes._numbers import Numbers
from ai4er.protocols.changes.base import ChangeOfInputs, Condition
from ai4er.records import Record, Records

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold

_SETS = ("incomplete", "all")


class Missing(ChangeOfInputs):
    """Each test condition is one of the `patterns`, or one `rate` at which every modality of every item is absent.

    `patterns=incomplete` are all proper subsets of the modalities that a system reads (of three the published six),
    `all` the whole set too; others are written `speech+text/speech`. Of rates one or several can be given,
    `rate=0.1+0.5`; which modality of an item is absent depends on `seed` alone, what is absent at a low rate is so at
    a higher one, and one modality is always kept, so that the share of what is absent is a little below the rate. For
    training one rate is needed. These conditions take the place of those that a system names itself.
    """

    withholds: ClassVar[bool] = True

    patterns: str = ""
    rate: Numbers | None = None
    seed: int = pydantic.Field(0, ge=0)

    @pydantic.model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.patterns and self.rate:
            raise ValueError("give patterns or rate, not both")
        if any(not 0 < rate < 1 for rate in self.rate or ()):
            raise ValueError("a rate lies between 0 and 1")
        if self.where != "test" and len(self.rate or ()) != 1:
            raise ValueError(f"where={self.where} needs one rate: the training data have one condition only")
        return self

    def conditions(self, fold: Fold, records: Records, modalities: Sequence[str]) -> list[Condition]:
        if self.rate:
            return [self._at(rate) for rate in self.rate]
        return [
            Condition("+".join(kept), withheld=partial(_all_but, kept)) for kept in self._patterns(sorted(modalities))
        ]

    def training(self, fold: Fold, records: Records, modalities: Sequence[str]) -> Condition:
        assert self.rate
        return self._at(self.rate[0])

    def _at(self, rate: float) -> Condition:
        return Condition(f"missing{rate:g}", withheld=partial(self._drawn, rate))

    def _drawn(self, rate: float, record: Record, there: Sequence[str]) -> tuple[str, ...]:
        """The modalities of an item, out of those that it has, which are absent at this rate."""
        draws = {name: item_share(record, self.seed, name) for name in there}
        kept = max(draws, key=draws.__getitem__, default="")
        return tuple(name for name, draw in draws.items() if draw < rate and name != kept)

    def _patterns(self, modalities: Sequence[str]) -> list[tuple[str, ...]]:
        chosen = self.patterns or "incomplete"
        if chosen not in _SETS:
            given = [tuple(name.strip() for name in pattern.split("+")) for pattern in chosen.split("/")]
            for name in sorted({name for pattern in given for name in pattern} - set(modalities)):
                raise Ai4erError(
                    f"{self.spec}: no modality {name!r}: the system reads {', '.join(modalities)}; "
                    f"write {'+'.join(modalities[:2])}/{modalities[0]}, or {' or '.join(_SETS)}"
                )
            return given
        largest = len(modalities) - (chosen == "incomplete")
        return [kept for size in range(1, largest + 1) for kept in combinations(modalities, size)]


def _all_but(kept: Sequence[str], record: Record, there: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in there if name not in kept)


CHANGE = Missing
