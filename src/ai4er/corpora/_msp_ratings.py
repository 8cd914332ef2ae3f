"""The text files of ratings of the MSP corpora (University of Texas at Dallas).

A block for each turn: a line with the file, the letter of the consensus class and the means, then a line for each
rater with the primary class, all secondary classes and the attributes:

    MSP-PODCAST_0001_0008.wav; N; A:2.4; V:4.0; D:3.2;
    WORKER00000001; Neutral; Neutral,Concerned; A:2.0; V:4.0; D:3.0;
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from ai4er.corpora._tables import read_text
from ai4er.errors import Ai4erError

LETTERS = {
    "A": "angry", "C": "contempt", "D": "disgust", "F": "fear", "H": "happy",
    "N": "neutral", "O": "other", "S": "sad", "U": "surprise", "X": None,
}  # fmt: skip
"""The classes by the letters of the consensus; X is no agreement."""

_QUANTITIES = {"A": "arousal", "V": "valence", "D": "dominance", "N": "naturalness"}
_TURN = re.compile(r"(?P<file>MSP-\S+|UTD-\S+)\.(?:wav|avi|mp4);\s*(?P<letter>\w+);(?P<values>.*)")
_RATER = re.compile(
    r"(?P<rater>WORKER\w*);\s*(?P<primary>[^;]*);\s*(?P<secondary>.*?);?\s*(?P<values>A:\s*[\d.nN].*)", re.IGNORECASE
)
_VALUE = re.compile(r"([AVDN]):\s*([\d.]+)")


@dataclass
class Rating:
    """What one rater says: the class, the further classes as they stand there, and the values by name."""

    rater: str
    primary: str
    secondary: str
    values: dict[str, float]


@dataclass
class RatedTurn:
    """A turn (the stem of its file) with the consensus and its ratings."""

    stem: str
    letter: str
    values: dict[str, float]
    ratings: list[Rating] = field(default_factory=list)


def rating_of(line: str, where: object) -> Rating:
    """The rating that a rater's line holds. Raises `Ai4erError` for any other line."""
    found = _RATER.match(line.strip())
    if not found:
        raise Ai4erError(f"{where}: {line.strip()!r} is not like 'WORKER01; Angry; Angry,Sad; A:5.0; V:2.0; D:4.0;'")
    return Rating(
        found["rater"], rated_class(found["primary"], where), found["secondary"].strip(), _values(found["values"])
    )


def rated_class(word: str, where: object) -> str:
    """The class that a rater's word or letter stands for; `Other-confused` is other."""
    word = word.strip().lower()
    named = {name: name for name in LETTERS.values() if name} | {"surprised": "surprise", "disgusted": "disgust"}
    label = "other" if word.startswith("other") else named.get(word) or LETTERS.get(word.upper())
    if label is None:
        raise Ai4erError(f"{where}: unknown class {word!r} of a rater; known are {', '.join(sorted(set(named)))}")
    return label


def rated_turns(path: Path) -> list[RatedTurn]:
    """The turns of a file of ratings. Raises `Ai4erError` for a line that is neither a turn nor a rating."""
    turns: list[RatedTurn] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        where = f"{path}: line {number}"
        if head := _TURN.match(line.strip()):
            if head["letter"] not in LETTERS:
                raise Ai4erError(f"{where}: unknown class {head['letter']!r}; known are {', '.join(LETTERS)}")
            turns.append(RatedTurn(head["file"], head["letter"], _values(head["values"])))
        elif line.strip():
            rating = rating_of(line, where)
            if not turns:
                raise Ai4erError(f"{where}: a rating before the first turn; the file must begin with a turn")
            turns[-1].ratings.append(rating)
    return turns


def _values(text: str) -> dict[str, float]:
    found = {_QUANTITIES[letter]: float(value) for letter, value in _VALUE.findall(text)}
    return {name: value for name, value in found.items() if not math.isnan(value)}
