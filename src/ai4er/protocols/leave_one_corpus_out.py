"""Leave one corpus out: every corpus is tested once by a model that was trained on all others."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.protocols._groups import CannotGive, Count, source_roles
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class LeaveOneCorpusOut(Protocol):
    """One fold for each corpus, each of them a `cross_corpus` fold.

    Of every source corpus with more than `valid_speakers` speakers, that many validate, drawn by the seed.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("speaker", "session", "dialogue")
    remark: ClassVar[str] = "speakers of two corpora count as different people"

    valid_speakers: Count = 1

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        names = index.corpus.names
        if len(names) < 2:
            raise CannotGive(f"two corpora or more are needed, and there is {', '.join(names) or 'none'}")
        parts = []
        for target, name in enumerate(names):
            roles = source_roles(index, target, self.valid_speakers, np.random.default_rng([seed, target]))
            parts.append((name, {**roles, "test": index.positions(index.corpus.codes == target)}))
        return parts


PROTOCOL = LeaveOneCorpusOut
