"""Label spaces (what is predicted) and the named mappings between the corpora's labels."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import numpy as np
import pydantic

from ai4er.config import Configuration
from ai4er.errors import Ai4erError, unknown
from ai4er.records import Record, Records

Kind = Literal["single", "distribution", "multi", "dimensions", "score", "preference"]

UNLABELLED = -100
"""The class index of a record or a padded turn that has no label (ignored by the losses)."""


class LabelSpace(Configuration):
    """What a recogniser predicts.

    `names` are the classes (single, distribution, multi), the dimensions (dimensions), or the one
    quantity (score, preference). `low` and `high` bound dimensions and scores. `neutral` is the
    class that some metrics leave out (micro F1 without neutral). `source` says who defined it.
    """

    name: str
    kind: Kind
    names: tuple[str, ...] = pydantic.Field(min_length=1)
    low: float = 0.0
    high: float = 1.0
    neutral: str | None = None
    source: str = ""

    @property
    def size(self) -> int:
        """How many numbers a system puts out for one item."""
        return len(self.names)

    @property
    def is_classes(self) -> bool:
        """Whether `names` are classes (and not continuous quantities)."""
        return self.kind in ("single", "distribution", "multi")

    def index(self, name: str) -> int:
        """The position of a class or dimension. Raises `Ai4erError` for an unknown one."""
        if name not in self.names:
            raise unknown(f"class of {self.name}", name, self.names)
        return self.names.index(name)

    def target(self, record: Record) -> np.ndarray | None:
        """The training target of a record, or None where the record is not annotated.

        single: () int64; distribution: (classes,) vote shares that sum to one; multi: (classes,)
        of 0 and 1; dimensions: (dimensions,); score and preference: (1,).
        Raises `Ai4erError` for a label that the space does not have.
        """
        if self.kind == "single":
            return None if record.label is None else np.int64(self.index(record.label))  # type: ignore[return-value]
        if self.kind == "distribution":
            votes = record.votes or ((record.label,) if record.label else ())
            if not votes:
                return None
            counts = np.zeros(self.size, np.float32)
            for vote in votes:
                counts[self.index(vote)] += 1
            return counts / counts.sum()
        if self.kind == "multi":
            if record.labels is None:
                return None
            target = np.zeros(self.size, np.float32)
            target[[self.index(name) for name in record.labels]] = 1
            return target
        if self.kind == "dimensions":
            return _values(record.dimensions, self.names)
        if record.score is not None:
            return np.array([record.score], np.float32)
        return _values(record.dimensions, self.names)

    def ratings(self, record: Record) -> np.ndarray | None:
        """Every annotator's values, (raters, dimensions); None without individual ratings."""
        rows = [_values(rating, self.names) for rating in record.ratings]
        kept = [row for row in rows if row is not None]
        return np.stack(kept) if kept else None


def _values(source: dict[str, float], names: tuple[str, ...]) -> np.ndarray | None:
    if any(name not in source for name in names):
        return None
    return np.array([source[name] for name in names], np.float32)


def _single(name: str, classes: str, source: str, neutral: str | None = "neutral") -> LabelSpace:
    names = tuple(classes.split())
    return LabelSpace(
        name=name, kind="single", names=names, neutral=neutral if neutral in names else None, source=source
    )


_GOEMOTIONS = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment "
    "disapproval disgust embarrassment excitement fear gratitude grief joy love nervousness optimism "
    "pride realization relief remorse sadness surprise neutral"
)
_SEMEVAL = "anger anticipation disgust fear joy love optimism pessimism sadness surprise trust"

LABEL_SPACES: dict[str, LabelSpace] = {
    space.name: space
    for space in (
        _single("common4", "anger happiness neutral sadness", "the four classes that most speech corpora share"),
        _single("ekman6", "anger disgust fear happiness sadness surprise", "Ekman 1992"),
        _single("ekman7", "anger disgust fear happiness neutral sadness surprise", "Ekman 1992, with neutral"),
        _single("common6", "anger disgust fear happiness neutral sadness", "shared by emodb, ravdess and emovo"),
        _single("emodb7", "anger boredom disgust fear happiness neutral sadness", "Burkhardt et al. 2005"),
        _single("ravdess8", "neutral calm happy sad angry fearful disgust surprised", "Livingstone and Russo 2018"),
        _single("emovo7", "anger disgust fear joy neutral sadness surprise", "Costantini et al. 2014"),
        _single("urdu4", "angry happy neutral sad", "Latif et al. 2018"),
        _single("iemocap4", "angry happy neutral sad", "Busso et al. 2008; excited counts as happy"),
        _single("iemocap6", "angry excited frustrated happy neutral sad", "Busso et al. 2008"),
        _single("meld7", "anger disgust fear joy neutral sadness surprise", "Poria et al. 2019"),
        _single("meld3", "negative neutral positive", "Poria et al. 2019"),
        _single("emorynlp7", "joyful mad neutral peaceful powerful sad scared", "Zahiri and Choi 2018"),
        _single("dailydialog7", "anger disgust fear happiness neutral sadness surprise", "Li et al. 2017"),
        _single("goemotions27", _GOEMOTIONS.removesuffix(" neutral"), "Demszky et al. 2020; one label, no neutral"),
        _single("fer2013", "angry disgust fear happy neutral sad surprise", "Goodfellow et al. 2013"),
        _single("sentiment3", "low neutral high", "Katada et al. 2020: below, at and above the middle of 1 to 7"),
        _single("mental_state3", "relaxed neutral concentrating", "Bird et al. 2018"),
        _single("wesad3", "baseline stress amusement", "Schmidt et al. 2018", neutral=None),
        LabelSpace(
            name="goemotions28",
            kind="multi",
            names=tuple(_GOEMOTIONS.split()),
            neutral="neutral",
            source="Demszky et al. 2020",
        ),
        LabelSpace(name="semeval2018_ec11", kind="multi", names=tuple(_SEMEVAL.split()), source="Mohammad et al. 2018"),
        LabelSpace(
            name="mosei6",
            kind="multi",
            names=("happy", "sad", "anger", "surprise", "disgust", "fear"),
            source="Zadeh et al. 2018: on where the mean intensity is above 0",
        ),
        LabelSpace(
            name="sentiment3_votes",
            kind="multi",
            names=("low", "neutral", "high"),
            source="Hazumi: every level that at least one outside rater gave",
        ),
        LabelSpace(
            name="valence_arousal_dominance",
            kind="dimensions",
            names=("valence", "arousal", "dominance"),
            low=-1.0,
            high=1.0,
            source="Mehrabian and Russell 1974",
        ),
        LabelSpace(
            name="valence_arousal",
            kind="dimensions",
            names=("valence", "arousal"),
            low=-1.0,
            high=1.0,
            source="Russell 1980",
        ),
        LabelSpace(
            name="sentiment_1_7",
            kind="dimensions",
            names=("sentiment",),
            low=1.0,
            high=7.0,
            source="Komatani and Okada 2021: sentiment as five outside raters see it",
        ),
        LabelSpace(
            name="mosi_score", kind="score", names=("sentiment",), low=-3.0, high=3.0, source="Zadeh et al. 2016"
        ),
        LabelSpace(
            name="sentiment_preference",
            kind="preference",
            names=("sentiment",),
            low=1.0,
            high=7.0,
            source="which of two items is higher",
        ),
    )
}


def label_space(name: str) -> LabelSpace:
    """The label space of that name. Raises `Ai4erError` that suggests the nearest."""
    if name not in LABEL_SPACES:
        raise unknown("label space", name, LABEL_SPACES)
    return LABEL_SPACES[name]


class LabelMapping(Configuration):
    """A named translation of one label space into another.

    `table` gives the target class of every source class; a class that is left out has no
    counterpart, and its records are dropped and counted by `apply`.
    """

    source: str
    target: str
    table: dict[str, str]
    reference: str

    @property
    def name(self) -> str:
        """`source->target`."""
        return f"{self.source}->{self.target}"

    def apply(self, records: Records) -> tuple[Records, Counter[str]]:
        """The relabelled records, and how many were dropped of each class without counterpart."""
        kept: list[Record] = []
        dropped: Counter[str] = Counter()
        for record in records:
            if record.label is None or record.label in self.table:
                label = None if record.label is None else self.table[record.label]
                votes = tuple(self.table[v] for v in record.votes if v in self.table)
                kept.append(record.replace(label=label, votes=votes))
            else:
                dropped[record.label] += 1
        return Records(kept), dropped


_SYNONYMS = {
    "angry": "anger", "happy": "happiness", "joy": "happiness", "excited": "happiness",
    "fearful": "fear", "sad": "sadness", "surprised": "surprise",
    "mad": "anger", "joyful": "happiness", "scared": "fear",
}  # fmt: skip
_COMMON = ("common4", "common6", "ekman6", "ekman7")
_SPEECH = ("emodb7", "ravdess8", "emovo7", "urdu4", "iemocap6", "iemocap4")
_RAW = (*_SPEECH, "meld7", "emorynlp7", "dailydialog7", "fer2013")


def _common_mapping(source: str, target: str) -> LabelMapping:
    """Same-named classes and synonyms only: no class changes its meaning."""
    allowed = set(LABEL_SPACES[target].names)
    named = {name: _SYNONYMS.get(name, name) for name in LABEL_SPACES[source].names}
    return LabelMapping(
        source=source, target=target, table={k: v for k, v in named.items() if v in allowed},
        reference="synonyms; excited counts as happiness as in the IEMOCAP 4-class convention",
    )  # fmt: skip


_GOEMOTIONS_EKMAN = {
    "anger": "anger annoyance disapproval", "disgust": "disgust", "fear": "fear nervousness",
    "happiness": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
}  # fmt: skip

MAPPINGS: dict[str, LabelMapping] = {
    m.name: m
    for m in (
        *(_common_mapping(s, t) for s in _RAW for t in _COMMON),
        *(_common_mapping(s, t) for s in _COMMON for t in _COMMON if s != t),
        LabelMapping(
            source="iemocap6", target="iemocap4",
            table={"angry": "angry", "happy": "happy", "excited": "happy", "neutral": "neutral", "sad": "sad"},
            reference="the 5,531-utterance convention: excited merged into happy, frustrated left out",
        ),
        LabelMapping(
            source="goemotions27", target="ekman7",
            table={fine: coarse for coarse, names in _GOEMOTIONS_EKMAN.items() for fine in names.split()},
            reference="Demszky et al. 2020, the Ekman grouping of the release, with its joy as happiness",
        ),
        LabelMapping(
            source="meld7", target="meld3",
            table={"anger": "negative", "disgust": "negative", "fear": "negative", "sadness": "negative",
                   "neutral": "neutral", "joy": "positive"},
            reference="Poria et al. 2019; surprise can be either and is left out",
        ),
    )
}  # fmt: skip


def mapping(source: str, target: str) -> LabelMapping:
    """The mapping between two label spaces. Raises `Ai4erError` naming those that exist."""
    name = f"{source}->{target}"
    if name not in MAPPINGS:
        there = sorted(m.target for m in MAPPINGS.values() if m.source == source)
        known = ", ".join(there) if there else "nothing"
        raise Ai4erError(f"no mapping {name}: {source} maps to {known}")
    return MAPPINGS[name]
