"""CREMA-D, the Crowd-sourced Emotional Multimodal Actors Dataset: twelve sentences acted in six emotions, English.

7,442 clips of 91 actors (48 male, 43 female, 20 to 74 years), 12 sentences, 6 classes; one sentence in three
intensities. 2,443 people rated the clips by voice, by face, and by both. From the owners
(github.com/CheyneyComputerScience/CREMA-D, Git LFS), Open Database License and Database Contents License.

Layout: `AudioWAV/1001_IEO_ANG_HI.wav` and `VideoFlash/1001_IEO_ANG_HI.flv`: actor, sentence, emotion, intensity (LO,
MD, HI, XX unspecified). Where they are there: `VideoDemographics.csv` gives age, sex, race and ethnicity; the votes are
from `finishedResponses.csv` (every answer, with its level from 0 to 100), else `processedResults/tabulatedVotes.csv`
(counts), else `processedResults/summaryTable.csv` (the winners only). Taken from the owners' Readme and tables.

Labels: the acted emotion, or with `target=perceived` the one with most votes (none where two are equal, which is
frequent); listeners recognise the acted emotion in fewer than half of the voices. `rated` says which votes count.

Official split: none; leave speakers out. Every actor says every sentence, so texts are shared.
Quirks: 1076_MTI_SAD_XX has no sound. MP3 files are the same recordings again and not read.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora._tables import read_rows, whole_number
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_EMOTIONS = {"ANG": "anger", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
_LETTERS = {word[0].upper(): word for word in _EMOTIONS.values()}
_INTENSITIES = {"LO": "low", "MD": "medium", "HI": "high", "XX": "unspecified"}
_TEXTS = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
_QUERIES = {"voice": "1", "face": "2", "both": "3"}
_WINNERS = {"voice": "VoiceVote", "face": "FaceVote", "both": "MultiModalVote"}
_Answer = tuple[str, int | None, str]
"""One rater's emotion, its level and the rater, None and empty where they are not known."""


class Reader(NamedAudioFiles):
    """CREMA-D: `media` chooses the sound or the video files, `rated` the votes, `target` the label.

    `votes` are the raters' emotions, `raters` their ids and `ratings` their levels (`intensity`, 0 to 100), in the
    same order;     `dimensions["intensity"]` is the mean level.
    Attributes: acted, text_id, intensity; gender, age, race, ethnicity (with the table of actors); perceived (all
    emotions with most votes).
    """

    name: ClassVar[str] = "crema_d"
    title: ClassVar[str] = "CREMA-D: Crowd-sourced Emotional Multimodal Actors Dataset"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "Open Database License; contents: Database Contents License"
    citation: ClassVar[str] = (
        "H. Cao, D. G. Cooper, M. K. Keutmann, R. C. Gur, A. Nenkova, R. Verma: CREMA-D: Crowd-Sourced Emotional "
        "Multimodal Actors Dataset, IEEE Transactions on Affective Computing 5(4), 2014"
    )
    spaces: ClassVar[tuple[str, ...]] = ("crema_d6",)
    published: ClassVar[dict[str, int]] = {
        "anger": 1271, "disgust": 1271, "fear": 1271, "happy": 1271, "neutral": 1087, "sad": 1271,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 91
    quirks: ClassVar[tuple[str, ...]] = ("1076_MTI_SAD_XX has no sound",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>10\d\d)_(?P<text>{'|'.join(_TEXTS)})_(?P<emotion>{'|'.join(_EMOTIONS)})_(?P<intensity>LO|MD|HI|XX)"
    )
    example: ClassVar[str] = "1001_IEO_ANG_HI"

    def __init__(
        self,
        root: Path,
        media: Literal["audio", "video"] = "audio",
        rated: Literal["voice", "face", "both"] = "voice",
        target: Literal["acted", "perceived"] = "acted",
    ) -> None:
        super().__init__(root)
        if media == "video":
            self.suffixes = (".flv",)  # type: ignore[misc]
        self.rated = rated
        self.target = target

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": self.published if self.target == "acted" else {}}

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        emotion = _EMOTIONS[name["emotion"]]
        return {
            "speaker": name["speaker"],
            "text": _TEXTS[name["text"]],
            "label": emotion,
            "attributes": {
                "acted": emotion,
                "text_id": name["text"],
                "intensity": _INTENSITIES[name["intensity"]],
            },
        }

    def read(self) -> Records:
        if self.target == "perceived" and not (self._answers or self._winners):
            raise Ai4erError(
                "corpus crema_d: target=perceived needs finishedResponses.csv, processedResults/tabulatedVotes.csv or "
                f"processedResults/summaryTable.csv below {self.root}"
            )
        actors = self._actors()
        return Records(self._voted(record, actors.get(record.speaker, {})) for record in super().read())

    def _voted(self, record: Record, actor: dict[str, str]) -> Record:
        answers = self._answers.get(record.id, [])
        votes, raters = tuple(emotion for emotion, _, _ in answers), tuple(rater for _, _, rater in answers)
        levels = [float(level) for _, level, _ in answers if level is not None]
        winners = _most(votes) or self._winners.get(record.id, ())
        perceived = winners[0] if len(winners) == 1 else None
        attributes = {**record.attributes, **actor, **({"perceived": ",".join(winners)} if winners else {})}
        return record.replace(
            label=perceived if self.target == "perceived" else record.label,
            votes=votes,
            raters=raters if all(raters) else (),
            dimensions={"intensity": sum(levels) / len(levels)} if levels else {},
            ratings=tuple({"intensity": level} for level in levels),
            attributes=attributes,
        )

    def _actors(self) -> dict[str, dict[str, str]]:
        path = find_text_file(self.root, "VideoDemographics.csv")
        rows = read_rows(path, ("ActorID", "Age", "Sex", "Race", "Ethnicity")) if path else []
        return {
            row["ActorID"]: {
                "gender": row["Sex"].lower(), "age": row["Age"], "race": row["Race"], "ethnicity": row["Ethnicity"],
            }
            for row in rows
        }  # fmt: skip

    @functools.cached_property
    def _answers(self) -> dict[str, list[_Answer]]:
        """Every rater's answer by clip, for the wished kind of presentation."""
        answers: dict[str, list[_Answer]] = {}
        for clip, answer in self._each_answer() or self._counted_answers():
            answers.setdefault(clip, []).append(answer)
        return answers

    def _each_answer(self) -> list[tuple[str, _Answer]]:
        path = find_text_file(self.root, "finishedResponses.csv")
        if path is None:
            return []
        rows = read_rows(path, ("queryType", "clipName", "respEmo", "respLevel"))
        return [
            (
                row["clipName"],
                (_emotion(path, row["respEmo"]), whole_number(path, row, "respLevel"), row.get("localid", "")),
            )
            for row in rows
            if row["queryType"] == _QUERIES[self.rated]
        ]

    def _counted_answers(self) -> Iterator[tuple[str, _Answer]]:
        """The rows of this table are numbered from 100001 (voice), 200001 (face) and 300001 (both)."""
        path = find_text_file(self.root, "tabulatedVotes.csv")
        for row in read_rows(path, ("", "fileName", *_LETTERS)) if path else ():
            if path and row[""].startswith(_QUERIES[self.rated]):
                for letter, emotion in _LETTERS.items():
                    yield from ((row["fileName"], (emotion, None, "")) for _ in range(whole_number(path, row, letter)))

    @functools.cached_property
    def _winners(self) -> dict[str, tuple[str, ...]]:
        """The emotions with most votes, by clip, of the table that has no more than that."""
        path = find_text_file(self.root, "summaryTable.csv")
        column = _WINNERS[self.rated]
        return {
            row["FileName"]: tuple(_emotion(path, letter) for letter in row[column].split(":"))
            for row in (read_rows(path, ("FileName", column)) if path else ())
            if path
        }


def _emotion(path: Path, letter: str) -> str:
    if letter not in _LETTERS:
        raise Ai4erError(f"{path}: unknown emotion {letter!r}; known are {', '.join(_LETTERS)}")
    return _LETTERS[letter]


def _most(votes: Iterable[str]) -> tuple[str, ...]:
    """The classes with most votes, in the order of the letters."""
    counts = Counter(votes)
    return tuple(sorted(name for name, count in counts.items() if count == max(counts.values())))
