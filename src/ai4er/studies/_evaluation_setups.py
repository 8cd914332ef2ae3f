"""Which corpora, labels and protocols a study compares, and what is found about them before anything is trained."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.config import Configuration
from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space, mapping
from ai4er.protocols.base import parse_protocol


class Setup(Configuration):
    """One way to evaluate: a corpus in some label space, divided by a protocol."""

    corpus: str
    protocol: str
    labels: str | None = None

    @property
    def title(self) -> str:
        """What tables and plots call it."""
        return ", ".join(filter(None, (self.corpus, self.labels, parse_protocol(self.protocol).name)))

    @property
    def slug(self) -> str:
        """The same as the name of a file."""
        return re.sub(r"[^\w.]+", "-", self.title)


@dataclass(frozen=True)
class Utterances:
    """How many labelled items a setup tests, by class, and what guessing the largest class scores on them."""

    counts: dict[str, int]

    @classmethod
    def of(cls, labels: list[str]) -> Utterances:
        """The utterances with these labels."""
        return cls(dict(sorted(Counter(labels).items())))

    @property
    def total(self) -> int:
        """The number of all."""
        return sum(self.counts.values())

    @property
    def majority(self) -> tuple[float, float]:
        """WA and UA of the answer that is always the largest class.

        >>> wa, ua = Utterances({"angry": 1103, "happy": 1636, "neutral": 1708, "sad": 1084}).majority
        >>> f"{wa:.2%} {ua:.2%}"
        '30.88% 25.00%'
        """
        sizes = np.array(list(self.counts.values()))
        return float(sizes.max() / sizes.sum()), 1 / len(sizes)


IEMOCAP = "iemocap:target=iemocap4"


def corpus_of(data: Path | None, otherwise: str) -> str:
    """IEMOCAP in four classes where the folder of the corpora has it, else another corpus."""
    base = data or os.environ.get("AI4ER_DATA")
    return IEMOCAP if base and (Path(base) / "iemocap").is_dir() else otherwise


def splits_of(corpus: str) -> tuple[Setup, ...]:
    """The protocols that papers report for a corpus, the standard first: new speakers, all of them tested."""
    if corpus.startswith("iemocap"):
        protocols = ["iemocap_5_sessions", "iemocap_10_speakers", "random_kfold:folds=5,stratified=true"]
    else:
        protocols = ["loso", "speaker_kfold:folds=5", "random_kfold:folds=10", "random_kfold:folds=5,stratified=true"]
    return tuple(Setup(corpus=corpus, protocol=name) for name in [*protocols, "random_split:stratified=true"])


def subsets_of(corpus: str, data: Path | None) -> tuple[Setup, ...]:
    """Other choices of utterances and classes, under the standard protocol."""
    if corpus.startswith("iemocap"):
        four = [
            "subset=four_class_4490",
            "turns=improvised",
            "turns=scripted",
            "subset=four_class_4490,turns=improvised",
        ]
        return (
            *(Setup(corpus=IEMOCAP, protocol=f"iemocap_5_sessions:{settings}") for settings in four),
            *(
                Setup(corpus="iemocap", protocol=name)
                for name in ("iemocap_5_sessions:subset=six_class_7380", "iemocap_dialogues")
            ),
        )
    try:
        mapping(open_corpus(corpus, data).space, label_space("common4"))
    except Ai4erError:
        return ()
    return (Setup(corpus=corpus, protocol="loso", labels="common4"),)


def validations_of(corpus: str) -> tuple[Setup, ...]:
    """Who validates: people apart from those trained on, or a random part of the training utterances."""
    if corpus.startswith("iemocap"):
        protocols = ("iemocap_5_sessions", "iemocap_5_sessions:valid_sessions=none|random_validation:share=0.1")
    else:
        protocols = ("loso", "loso:valid_speakers=none|random_validation:share=0.1")
    return tuple(Setup(corpus=corpus, protocol=name) for name in protocols)
