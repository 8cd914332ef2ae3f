"""Cross-corpus with unlabelled target data: adapt to one part of the target, test on the other.

Source: Li et al., "Generalized subspace distribution adaptation", ICASSP 2023: seven tenths of the
target without labels, three tenths for testing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive, Count, source_roles, target_of
from ai4er.protocols._index import ABSENT, Codes, Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class CrossCorpusUnlabelled(Protocol):
    """`repeats` random divisions of the target corpus into `unlabelled` and `test` (`test_share`).

    Dialogues are divided whole. The unlabelled part holds speakers of the test part, never their labels:
    whoever trains must not read the targets of this role.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("speaker", "dialogue")
    offers: ClassVar[tuple[str, ...]] = ("train", "valid", "test", "unlabelled")
    remark: ClassVar[str] = "the unlabelled target part holds speakers of the test part"

    target: str = ""
    test_share: float = pydantic.Field(0.3, gt=0.0, lt=1.0)
    repeats: int = pydantic.Field(10, ge=1)
    valid_speakers: Count = 0

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        target = target_of(index, self.target)
        there = np.flatnonzero(index.corpus.codes == target)
        parts = []
        for repeat in range(self.repeats):
            generator = np.random.default_rng([seed, repeat])
            roles = source_roles(index, target, self.valid_speakers, generator)
            tested = _share(there, index.dialogue, self.test_share, generator)
            roles["test"] = tested[index.labelled[tested]]
            roles["unlabelled"] = np.setdiff1d(there, tested)
            parts.append((f"{self.target} {repeat + 1}", roles))
        return parts

    @classmethod
    def candidates(cls, corpora: Sequence[str]) -> list[Protocol]:
        return [cls(target=name) for name in corpora] if len(corpora) > 1 else []


def _share(positions: np.ndarray, dialogues: Codes, share: float, generator: np.random.Generator) -> np.ndarray:
    """A random share of the positions, made of whole dialogues where there are some."""
    dialogue = dialogues.codes[positions]
    alone = dialogue == ABSENT
    units = np.where(alone, len(dialogues.names) + np.arange(len(positions)), dialogue)
    names, sizes = np.unique(units, return_counts=True)
    order = generator.permutation(len(names))
    wanted = round(share * len(positions))
    if not 0 < wanted < len(positions):
        raise CannotGive(f"{len(positions)} target records cannot be divided at {share}")
    taken = order[np.cumsum(sizes[order]) <= wanted]
    return positions[np.isin(units, names[taken])]


PROTOCOL = CrossCorpusUnlabelled
