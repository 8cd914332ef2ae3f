"""The named translations between the corpora's labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ai4er.config import Configuration
from ai4er.errors import Ai4erError
from ai4er.labels.space import LabelSpace
from ai4er.labels.spaces import LABEL_SPACES
from ai4er.records import Record, Records


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
                counted = [i for i, vote in enumerate(record.votes) if vote in self.table]
                votes = tuple(self.table[record.votes[i]] for i in counted)
                raters = tuple(record.raters[i] for i in counted) if record.raters else ()
                kept.append(record.replace(label=label, votes=votes, raters=raters))
            else:
                dropped[record.label] += 1
        return Records(kept), dropped


_SYNONYMS = {
    "angry": "anger", "happy": "happiness", "joy": "happiness", "excited": "happiness",
    "fearful": "fear", "sad": "sadness", "surprised": "surprise", "disgusted": "disgust",
    "mad": "anger", "joyful": "happiness", "scared": "fear", "neutrality": "neutral",
    "pleasant_surprise": "surprise",
}  # fmt: skip
_COMMON = ("common4", "common6", "ekman6", "ekman7", "speech9")
_UNION = "emotions13"
_UNION_OWN = {"excited": "excitement", "frustrated": "frustration"}
"""Classes that the union of corpora has besides the common ones."""
_FEWEST = 3
"""A mapping by synonyms exists where at least so many classes have a counterpart."""

_GOEMOTIONS_EKMAN = {
    "anger": "anger annoyance disapproval", "disgust": "disgust", "fear": "fear nervousness",
    "happiness": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
}  # fmt: skip
_GOEMOTIONS_SENTIMENT = {
    "positive": "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    "negative": (
        "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness"
    ),
    "ambiguous": "confusion curiosity realization surprise",
}  # fmt: skip


def _fine(groups: Mapping[str, str]) -> dict[str, str]:
    """Fine class -> coarse class of groups of names."""
    return {fine: coarse for coarse, names in groups.items() for fine in names.split()}


_PUBLISHED = (
    LabelMapping(
        source="iemocap6", target="iemocap4",
        table={"angry": "angry", "happy": "happy", "excited": "happy", "neutral": "neutral", "sad": "sad"},
        reference="the 5,531-utterance convention: excited merged into happy, frustrated left out",
    ),
    LabelMapping(
        source="goemotions27", target="ekman7",
        table=_fine(_GOEMOTIONS_EKMAN),
        reference="Demszky et al. 2020, the Ekman grouping of the release, with its joy as happiness",
    ),
    LabelMapping(
        source="goemotions28", target="ekman7", table={**_fine(_GOEMOTIONS_EKMAN), "neutral": "neutral"},
        reference="Demszky et al. 2020, the Ekman grouping of the release, with its joy as happiness",
    ),
    LabelMapping(
        source="goemotions28", target="sentiment4", table={**_fine(_GOEMOTIONS_SENTIMENT), "neutral": "neutral"},
        reference="Demszky et al. 2020, the sentiment grouping of the release",
    ),
    LabelMapping(
        source="speech9", target="ekman7",
        table={**{name: name for name in ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")},
               "calm": "neutral", "boredom": "neutral"},
        reference="calm counts as neutral, as those do who merge the two classes of RAVDESS; so does boredom",
    ),
    LabelMapping(
        source="meld7", target="meld3",
        table={"anger": "negative", "disgust": "negative", "fear": "negative", "sadness": "negative",
               "neutral": "neutral", "joy": "positive"},
        reference="Poria et al. 2019; surprise can be either and is left out",
    ),
)  # fmt: skip


def synonym(name: str) -> str:
    """The name that the common label spaces use for a class of a corpus."""
    return _SYNONYMS.get(name, name)


def _by_synonyms(source: LabelSpace, target: LabelSpace) -> LabelMapping:
    """Same-named classes and synonyms only: no class changes its meaning."""
    named = {name: synonym(name) for name in source.names}
    return LabelMapping(
        source=source.name, target=target.name, table={k: v for k, v in named.items() if v in target.names},
        reference="synonyms; excited counts as happiness as in the IEMOCAP 4-class convention",
    )  # fmt: skip


def _onto_union(source: LabelSpace) -> LabelMapping:
    """As by synonyms, but what the union has as a class of its own stays one."""
    named = {name: _UNION_OWN.get(name, synonym(name)) for name in source.names}
    return LabelMapping(
        source=source.name, target=_UNION, table={k: v for k, v in named.items() if v in LABEL_SPACES[_UNION].names},
        reference="Cahyawijaya et al. 2023, in which every corpus keeps its classes",
    )  # fmt: skip


def _mappings() -> dict[str, LabelMapping]:
    """Every single-label space onto each common one, except where a corpus has its own grouping; the published ones."""
    grouped = {m.source for m in _PUBLISHED if m.target in _COMMON}
    sources = [s for s in LABEL_SPACES.values() if s.kind == "single" and s.name not in grouped]
    found = [_by_synonyms(s, LABEL_SPACES[t]) for s in sources for t in _COMMON if s.name != t]
    found += [_onto_union(s) for s in LABEL_SPACES.values() if s.kind == "single" and s.name != _UNION]
    return {m.name: m for m in (*(m for m in found if len(m.table) >= _FEWEST), *_PUBLISHED)}


MAPPINGS = _mappings()


def mapping(source: LabelSpace, target: LabelSpace) -> LabelMapping:
    """The mapping between two label spaces; for the space of a person's own table it is made by synonyms.

    Raises `Ai4erError` naming the mappings that exist.
    """
    name = f"{source.name}->{target.name}"
    if name in MAPPINGS:
        return MAPPINGS[name]
    if source.name not in LABEL_SPACES and source.kind == target.kind == "single":
        found = _by_synonyms(source, target)
        if found.table:
            return found
    there = sorted(m.target for m in MAPPINGS.values() if m.source == source.name)
    raise Ai4erError(f"no mapping {name}: {source.name} maps to {', '.join(there) or 'nothing'}")
