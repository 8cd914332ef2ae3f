"""Cross-corpus with a partly labelled target (`cross_corpus_partly_labelled:target=emovo,labelled=0.25`).

All of the source is trained on, and of the target some items with their labels and the others without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pydantic

from ai4er.protocols._groups import CannotGive, Count, source_roles, target_of
from ai4er.protocols._index import Index
from ai4er.protocols.base import Protocol
from ai4er.records import Records


class CrossCorpusPartlyLabelled(Protocol):
    """`parts` groups of target speakers take turns in being tested; the next `valid_speakers` of the target validate.

    Of each class of the other target speakers the share `labelled` is trained on with the source, at least one item;
    the rest is `unlabelled`. Of every source corpus with more than `valid_speakers` speakers as many validate too.
    """

    disjoint: ClassVar[tuple[str, ...]] = ("speaker", "dialogue")
    offers: ClassVar[tuple[str, ...]] = ("train", "valid", "test", "unlabelled")
    remark: ClassVar[str] = "the target is in training, and none of its tested speakers"

    target: str = ""
    labelled: float = pydantic.Field(0.25, gt=0.0, lt=1.0)
    parts: int = pydantic.Field(5, ge=2)
    valid_speakers: Count = 1

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        target = target_of(index, self.target)
        there = np.flatnonzero((index.corpus.codes == target) & (index.speaker.codes >= 0))
        generator = np.random.default_rng(seed)
        speakers = generator.permutation(index.speaker.present(there))
        if len(speakers) < self.parts + self.valid_speakers:
            raise CannotGive(
                f"the target has {len(speakers)} known speakers, and {self.parts + self.valid_speakers} are needed"
            )
        found = []
        for number, tested in enumerate(np.array_split(speakers, self.parts), start=1):
            roles = source_roles(index, target, self.valid_speakers, generator)
            left = speakers[~np.isin(speakers, tested)]
            own = {
                role: there[np.isin(index.speaker.codes[there], chosen)]
                for role, chosen in (
                    ("test", tested), ("valid", left[: self.valid_speakers]), ("train", left[self.valid_speakers :])
                )
            }  # fmt: skip
            named = self._labelled(own["train"], index, generator)
            valid = own["valid"][index.labelled[own["valid"]]]
            roles["train"] = np.sort(np.concatenate([roles["train"], named]))
            roles["valid"] = np.sort(np.concatenate([roles["valid"], valid]))
            roles["test"] = own["test"][index.labelled[own["test"]]]
            roles["unlabelled"] = np.setdiff1d(own["train"], named)
            found.append((f"{self.target} {number}", roles))
        return found

    def _labelled(self, positions: np.ndarray, index: Index, generator: np.random.Generator) -> np.ndarray:
        """The share of each class, drawn at random."""
        shuffled = generator.permutation(positions[index.labelled[positions]])
        classes = index.label.codes[shuffled]
        drawn = [shuffled[classes == one] for one in np.unique(classes)]
        return np.concatenate([of[: max(1, round(self.labelled * len(of)))] for of in drawn])

    @classmethod
    def candidates(cls, corpora: Sequence[str]) -> list[Protocol]:
        return [cls(target=name) for name in corpora] if len(corpora) > 1 else []


PROTOCOL = CrossCorpusPartlyLabelled
