"""MSP-Podcast, as papers report it: one of the test parts of a release (`msp_podcast:test=test2,release=1.11`).

Counts of the releases: 1.6 from Lin and Busso, "Chunk-Level Speech Emotion Recognition", IEEE Transactions on Affective
Computing 2021; 1.8, 1.10 and 1.11 as papers give them (from memory; each adds up to the published number of turns).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols.base import Fold, Protocol
from ai4er.protocols.official import Official
from ai4er.records import Records

RELEASES = {
    "1.6": {"train": 34280, "dev": 5958, "test": 10124},
    "1.8": {"train": 44879, "dev": 7800, "test1": 15326, "test2": 5037},
    "1.10": {"train": 63076, "dev": 10999, "test1": 16903, "test2": 13289},
    "1.11": {"train": 84030, "dev": 19815, "test1": 30647, "test2": 14815, "test3": 2347},
}
"""Turns of every part, labelled or not."""


class MspPodcast(Official):
    """`test1` are turns of known speakers who are in no other part, `test2` whole podcasts of unknown speakers, and
    `test3` has no public labels; releases before 1.7 have one part `test`.

    With a `release` the copy must have its counts; without, the fold says which release has them.
    """

    offers: ClassVar[tuple[str, ...]] = ("train", "valid", "test")
    remark: ClassVar[str] = "the speakers of test2 are not known"

    test: Literal["test1", "test2", "test3", "test", "test1+test2"] = "test1"
    release: Literal["", "1.6", "1.8", "1.10", "1.11"] = ""

    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        if index.corpus.names != ("msp_podcast",):
            raise CannotGive("it is defined on MSP-Podcast: give --corpus msp_podcast")
        counts = _counts(records)
        published = RELEASES[self.release] if self.release else counts
        if counts != published:
            raise CannotGive(
                f"the copy is not release {self.release}: it has {_said(counts)}, and the release {_said(published)}"
            )
        return [(self.test, roles) for _, roles in super().split(records, index, seed)]

    def _folds(self, records: Records, index: Index, seed: int) -> list[Fold]:
        counts = _counts(records)
        known = next((name for name, published in RELEASES.items() if published == counts), None)
        note = f"release {known}" if known else f"no release that is known here has these counts: {_said(counts)}"
        return [dataclasses.replace(one, notes=(note, *one.notes)) for one in super()._folds(records, index, seed)]

    @classmethod
    def candidates(cls, corpora: Sequence[str]) -> list[Protocol]:
        return [cls(test="test1"), cls(test="test")] if tuple(corpora) == ("msp_podcast",) else []


def _counts(records: Records) -> dict[str, int]:
    names, counts = np.unique(records.column("split").astype(str), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist()))


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


PROTOCOL = MspPodcast
