"""The label spaces that exist: a line each, with who defined it."""

from __future__ import annotations

from ai4er.errors import unknown
from ai4er.labels.space import LabelSpace


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
