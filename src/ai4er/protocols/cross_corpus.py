"""Cross-corpus: train on every other corpus, test on the whole target corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ai4er.protocols._groups import Count, source_roles, target_of
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class CrossCorpus(Protocol):
    """One fold; the labels of all corpora are already those of one label space.

    Of every source corpus with more than `valid_speakers` speakers, that many validate, drawn by the seed.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("speaker", "session", "dialogue")
    remark: ClassVar[str] = "speakers of two corpora count as different people"

    target: str = ""
    valid_speakers: Count = 1

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        target = target_of(index, self.target)
        roles = source_roles(index, target, self.valid_speakers, np.random.default_rng(seed))
        return [(self.target, {**roles, "test": index.positions(index.corpus.codes == target)})]

    @classmethod
    def candidates(cls, corpora: Sequence[str]) -> list[Protocol]:
        return [cls(target=name) for name in corpora] if len(corpora) > 1 else []


PROTOCOL = CrossCorpus
