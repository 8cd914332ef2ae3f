"""IEMOCAP: five sessions of a woman and a man who act, in scripted plays and in improvised scenes, English.

10,039 turns of 10 actors in 151 dialogues, about 12 hours, 16 kHz, with video and motion capture of the
face. On request from the owners (sail.usc.edu/iemocap, University of Southern California), for research.

Layout (`IEMOCAP_full_release`), known from the release; the paths of 5,531 recordings are checked against a
table of layouts:

- `SessionN/dialog/EmoEvaluation/DIALOGUE.txt`: a block for each turn,
  `[6.2901 - 8.2357]  Ses01F_impro01_F000  neu  [2.5000, 2.5000, 2.5000]` (seconds in the dialogue, class, mean
  valence, arousal and dominance, 1 to 5), then the raters: `C-E2: Neutral; Excited; ()` their categories,
  `A-E3: val 3; act 2; dom 2; ()` their attributes. E are outside raters, F and M the actors themselves.
- `SessionN/sentences/wav/DIALOGUE/TURN.wav`, `SessionN/dialog/transcriptions/DIALOGUE.txt`,
  `SessionN/dialog/avi/DivX/DIALOGUE.avi` (both actors in one picture).

A turn `Ses01F_script01_1_M012` is in session 1, in a dialogue where the woman (F) wore the markers, spoken by
the man (M), whose speaker id is `Ses01M`. Turns of a dialogue are numbered by their time.

Labels: the class of the majority of the outside raters. `target` says which space the labels are in: six
classes by default, `iemocap4` (angry, excited and happy in one, neutral, sad: the 5,531 turns) or `iemocap10`
(all of them). A turn of another class, or on which the raters do not agree (`xxx`), is not labelled; it stays
as context of its dialogue. `votes` are all categories of all outside raters that the space has: a rater could
give several. With `votes=words` they are all the words of these raters, whatever the space has: the categories but for
other, and what they wrote themselves in the brackets (`C-E3: Other; (annoyed, tired)` is two words), for systems that
learn from free text. `dimensions` are the owners' means, `ratings` the outside raters' attributes.

Official split: none; leave sessions or speakers out.
Quirks: 2,507 turns have no majority. Scripted plays are the same in every session, so texts are shared.
Overlapping speech is in both speakers' recordings. `._NAME.txt` files of the release are not annotations.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, digests, some
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

_CLASSES = {
    "ang": "angry", "dis": "disgusted", "exc": "excited", "fea": "fearful", "fru": "frustrated",
    "hap": "happy", "neu": "neutral", "oth": "other", "sad": "sad", "sur": "surprised", "xxx": None,
}  # fmt: skip
_VOTES = {
    "anger": "angry", "disgust": "disgusted", "excited": "excited", "excitement": "excited", "fear": "fearful",
    "frustration": "frustrated", "happiness": "happy", "neutral": "neutral", "neutral state": "neutral",
    "sadness": "sad", "surprise": "surprised",
}  # fmt: skip
_DIMENSIONS = ("valence", "arousal", "dominance")
_TURN = re.compile(
    r"(?P<dialogue>Ses0(?P<session>[1-5])[FM]_(?P<scenario>(?P<kind>impro|script)\d\d(?:_\d)?[a-z]?))"
    r"_(?P<gender>[FM])\w\w\w"
)
_HEAD = re.compile(
    r"\[(?P<start>[\d.]+) - (?P<end>[\d.]+)\]\s+(?P<turn>\w+)\s+(?P<emotion>\w+)\s+"
    r"\[(?P<valence>[\d.]+), *(?P<arousal>[\d.]+), *(?P<dominance>[\d.]+)\]"
)
_CATEGORIES = re.compile(r"C-(?P<rater>[EFM]\d+):(?P<classes>[^(]*)(?:\((?P<own>[^)]*))?")
_ATTRIBUTES = re.compile(
    r"A-(?P<rater>[EFM]\d+):\s*val\s*(?P<valence>[\d.]*)\s*;\s*act\s*(?P<arousal>[\d.]*)\s*;"
    r"\s*dom\s*(?P<dominance>[\d.]*)"
)
_SPOKEN = re.compile(r"(?P<turn>Ses\w+) \[[^\]]*\]: *(?P<text>.*)")
_PUBLISHED = {
    "iemocap10": {
        "angry": 1103, "disgusted": 2, "excited": 1041, "fearful": 40, "frustrated": 1849,
        "happy": 595, "neutral": 1708, "other": 3, "sad": 1084, "surprised": 107,
    },
    "iemocap6": {"angry": 1103, "excited": 1041, "frustrated": 1849, "happy": 595, "neutral": 1708, "sad": 1084},
    "iemocap4": {"angry": 1103, "happy": 1636, "neutral": 1708, "sad": 1084},
}  # fmt: skip


@dataclass
class _Turn:
    """What the owners' file says about a turn; raters by their name (E1, F1 ...), `own` their words in brackets."""

    head: re.Match[str]
    name: re.Match[str]
    classes: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, dict[str, float]] = field(default_factory=dict)


class Reader(Corpus):
    """IEMOCAP. `target` is the label space; `recording=dialogue` gives the video of the dialogue, cut by start and end.

    Attributes: gender, kind (improvised or scripted), scenario, emotion (one of iemocap10, or no_agreement),
    raters, dialogue_start and dialogue_end (seconds), and, where the actor rated the turn, self_evaluation,
    self_valence, self_arousal and self_dominance.
    """

    name: ClassVar[str] = "iemocap"
    title: ClassVar[str] = "IEMOCAP: Interactive Emotional Dyadic Motion Capture database"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "on request from the owners, who send it under their own terms for research"
    citation: ClassVar[str] = (
        "C. Busso, M. Bulut, C.-C. Lee, A. Kazemzadeh, E. Mower, S. Kim, J. N. Chang, S. Lee, S. S. Narayanan: "
        "IEMOCAP: Interactive emotional dyadic motion capture database, Language Resources and Evaluation 42, 2008"
    )
    spaces: ClassVar[tuple[str, ...]] = ("iemocap6", "iemocap4", "iemocap10", "valence_arousal_dominance_1_5")
    published: ClassVar[dict[str, int]] = _PUBLISHED["iemocap6"]
    published_speakers: ClassVar[int | None] = 10
    quirks: ClassVar[tuple[str, ...]] = ("2,507 of the 10,039 turns have no class on which most raters agree",)

    def __init__(
        self,
        root: Path,
        target: Literal["iemocap6", "iemocap4", "iemocap10"] = "iemocap6",
        recording: Literal["turn", "dialogue"] = "turn",
        votes: Literal["classes", "words"] = "classes",
    ) -> None:
        super().__init__(root)
        self.target = target
        self.recording = recording
        self.votes = votes

    @property
    def space(self) -> LabelSpace:
        return label_space(self.target)

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": _PUBLISHED[self.target]}

    def read(self) -> Records:
        records = [self._record(place, *numbered) for place in self._evaluations for numbered in _turns(place)]
        paths = [Path(record.audio) for record in records if record.audio]
        digest = dict(zip(map(str, paths), digests(paths)))
        return Records(record.replace(digest=digest.get(record.audio or "", "")) for record in records)

    def left_out(self) -> list[str]:
        records = [self._record(place, *numbered) for place in self._evaluations for numbered in _turns(place)]
        silent = [record.id for record in records if not (record.audio or record.video)]
        texts = [record.id for record in records if record.text is None]
        what = "recording" if self.recording == "turn" else "video of its dialogue"
        return [
            f"turns without {missing} ({len(turns)}): {some(turns)}"
            for missing, turns in ((what, silent), ("transcription", texts))
            if turns
        ]

    @functools.cached_property
    def _evaluations(self) -> list[Path]:
        pattern = "Session[1-5]/dialog/EmoEvaluation/Ses*.txt"
        found = sorted(self.root.glob(pattern)) or sorted(self.root.glob(f"*/{pattern}"))
        if not found:
            raise Ai4erError(
                f"corpus iemocap: {self.root} has no Session1/dialog/EmoEvaluation/Ses01F_impro01.txt; "
                "give the folder IEMOCAP_full_release"
            )
        return found

    def _record(self, place: Path, number: int, turn: _Turn) -> Record:
        head, name = turn.head, turn.name
        session = place.parents[2]
        files = {
            "audio": session.parent / recording_of(head["turn"]),
            "video": session / f"dialog/avi/DivX/{name['dialogue']}.avi",
        }
        kind = "audio" if self.recording == "turn" else "video"
        file = str(files[kind]) if files[kind].is_file() else None
        cut = {"start": float(head["start"]), "end": float(head["end"])} if file and kind == "video" else {}
        outside = [rater for rater in turn.classes if rater.startswith("E")]
        voted = [(rater, vote) for rater in outside for vote in self._votes(turn, rater)]
        label = _CLASSES[head["emotion"]]
        return Record(
            id=head["turn"],
            corpus=self.name,
            speaker=f"Ses0{name['session']}{name['gender']}",
            dialogue=name["dialogue"],
            turn=number,
            session=f"Ses0{name['session']}",
            language=self.language,
            text=_transcription(session / f"dialog/transcriptions/{name['dialogue']}.txt").get(head["turn"]),
            label=self._in_space(label),
            votes=tuple(vote for _, vote in voted),
            raters=tuple(rater for rater, _ in voted),
            dimensions={dimension: float(head[dimension]) for dimension in _DIMENSIONS},
            ratings=tuple(values for rater, values in turn.attributes.items() if rater.startswith("E")),
            attributes={
                "gender": "female" if name["gender"] == "F" else "male",
                "kind": "improvised" if name["kind"] == "impro" else "scripted",
                "scenario": name["scenario"],
                "emotion": label or "no_agreement",
                "raters": ",".join(outside),
                "dialogue_start": head["start"],
                "dialogue_end": head["end"],
                **_self_evaluation(turn),
            },
            **{kind: file},  # type: ignore[arg-type]
            **cut,  # type: ignore[arg-type]
        )

    def _votes(self, turn: _Turn, rater: str) -> list[str]:
        if self.votes == "words":
            return [name for name in turn.classes[rater] if name != "other"] + turn.own[rater]
        return [vote for vote in map(self._in_space, turn.classes[rater]) if vote is not None]

    def _in_space(self, label: str | None) -> str | None:
        if self.target == "iemocap4" and label == "excited":
            return "happy"
        return label if label in self.space.names else None


def recording_of(turn: str) -> Path:
    """The official path of the recording of a turn, from the folder of the release.

    >>> recording_of("Ses01F_impro04_F000").as_posix()
    'Session1/sentences/wav/Ses01F_impro04/Ses01F_impro04_F000.wav'
    """
    name = _TURN.fullmatch(turn)
    if not name:
        raise Ai4erError(f"corpus iemocap: {turn!r} is not named like Ses01F_impro04_F000")
    return Path(f"Session{name['session']}/sentences/wav/{name['dialogue']}/{turn}.wav")


def _turns(path: Path) -> Iterator[tuple[int, _Turn]]:
    """The turns of a dialogue, numbered in the order of their times."""
    turns = list(_blocks(path))
    yield from enumerate(sorted(turns, key=lambda turn: (float(turn.head["start"]), float(turn.head["end"]))))


def _blocks(path: Path) -> Iterator[_Turn]:
    turn: _Turn | None = None
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.startswith("["):
            if turn:
                yield turn
            turn = _started(path, number, line)
        elif turn and (given := _CATEGORIES.match(line)):
            words = [word.strip().lower() for word in given["classes"].split(";")]
            # What is not one of the words of the form stands for the rater's own word, in brackets: other.
            turn.classes[given["rater"]] = [_VOTES.get(word, "other") for word in words if word]
            own = re.split("[,;]", (given["own"] or "").lower())
            turn.own[given["rater"]] = [word.strip() for word in own if word.strip()]
        elif turn and (given := _ATTRIBUTES.match(line)):
            turn.attributes[given["rater"]] = {d: float(given[d]) for d in _DIMENSIONS if given[d]}
        elif line.startswith(("C-", "A-")):
            raise Ai4erError(f"{path}: line {number} is not a rater's line like 'A-E1: val 3; act 2; dom 2;'")
    if turn:
        yield turn


def _started(path: Path, number: int, line: str) -> _Turn:
    head = _HEAD.match(line)
    name = _TURN.fullmatch(head["turn"]) if head else None
    if head is None or name is None:
        raise Ai4erError(
            f"{path}: line {number} is not like '[6.2901 - 8.2357] Ses01F_impro01_F000 neu [2.5, 2.5, 2.5]'"
        )
    if head["emotion"] not in _CLASSES:
        raise Ai4erError(f"{path}: line {number}: unknown emotion {head['emotion']!r}; known are {', '.join(_CLASSES)}")
    return _Turn(head, name)


@functools.lru_cache(maxsize=8)
def _transcription(path: Path) -> dict[str, str]:
    """The text of every turn of a dialogue; empty where the file is not there."""
    if not path.is_file():
        return {}
    spoken = map(_SPOKEN.match, read_text(path).splitlines())
    return {line["turn"]: line["text"].strip() for line in spoken if line}


def _self_evaluation(turn: _Turn) -> dict[str, str]:
    """How the actors themselves rated the turn, where they did."""
    classes = [word for rater, words in turn.classes.items() if rater[0] in "FM" for word in words]
    values = [item for rater, given in turn.attributes.items() if rater[0] in "FM" for item in given.items()]
    said = {"self_evaluation": ",".join(classes)} if classes else {}
    return {**said, **{f"self_{dimension}": f"{value:g}" for dimension, value in values}}
