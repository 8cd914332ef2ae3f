"""The Hazumi corpora: a person talks with an agent, and every exchange is rated by that person and five others."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_SESSION = re.compile(r"(?P<id>(?P<year>\d{4})(?P<gender>[FM])(?P<age>\d\d)\d\d)\.(?:csv|eaf)(?:\.gz)?")
_FOLDERS = ("features", "dumpfiles")
_START, _END = "start(exchange)[ms]", "end(exchange)[ms]"
_RATINGS = ("SS", "SS_ternary", "TS_ternary", "TC_ternary", "TS1", "TS2", "TS3", "TS4", "TS5")
_LEVELS = ("low", "neutral", "high")
_GROUPS = {
    "speech": re.compile(r"(?:pcm|voiceProb|F0)_"),
    "words": re.compile(r"word#|(?:noun|adjective|adverbs|interjection)$|len[SU]|(?:io|na|pa|oa|su|qw|qy|op)$"),
    "face": re.compile(r"\d+_|AU\d"),
    "motion": re.compile(r"(?:Hand|Head|Shoulder)"),
    "physiology": re.compile(r"(?:EDA|HR)_"),
}


class HazumiCorpus(Corpus):
    """One release of Hazumi: a record is an exchange, a session is a dialogue of one speaker.

    `year` begins the names of its sessions (YYMM), and `by_target` are the published counts for either target.
    `arrays`, each (features,), as the owners computed them: `speech` (384 prosodic functionals), `words` (bag of
    words, parts of speech, lengths, dialogue act of the system), `face` (velocities of landmarks and action units),
    `motion` (of the body) and, where the tables have it, `physiology` (skin conductance and heart rate).
    `dimensions` and `ratings` are the sentiment from 1 to 7; `votes` and `labels` (space sentiment3_votes) are the
    levels that the outside raters gave, `raters` TS1 to TS5. With `target=self` the label and the dimension are the
    person's own, and votes, labels and ratings are empty. With `target=both` the person's own level is a sixth vote,
    of the rater `self`; all else is the third party's.
    Attributes: self_sentiment, third_party_sentiment, topic_continuance, gender, age, system_text, dialogue_act.
    """

    year: ClassVar[str]
    by_target: ClassVar[dict[str, dict[str, int]]]
    language: ClassVar[str] = "ja"
    licence: ClassVar[str] = "open from the owners without a licence text; research only"
    spaces: ClassVar[tuple[str, ...]] = ("sentiment3", "sentiment3_votes", "sentiment_1_7", "sentiment_preference")
    features: ClassVar[dict[str, str]] = {
        "speech": "array:name=speech",
        "text": "array:name=words",
        "video": "array:name=face",
    }

    def __init__(self, root: Path, target: Literal["third", "self", "both"] = "third") -> None:
        super().__init__(root)
        self.target = target

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": self.by_target["self" if self.target == "self" else "third"]}

    def read(self) -> Records:
        sessions = self._files("csv")
        if not sessions:
            raise Ai4erError(
                f"corpus {self.name}: no file below {self.root} is named like features/{self.year}F2001.csv (or .gz)"
            )
        transcripts = self._files("eaf")
        return Records(
            record for name, path in sessions.items() for record in self._session(name, path, transcripts.get(name))
        )

    def left_out(self) -> list[str]:
        tables = [path for folder in _FOLDERS for path in self.root.rglob(f"{folder}/*.csv*")]
        others = sorted(path.name for path in tables if not self._session_of(path))
        silent = sorted(set(self._files("csv")) - set(self._files("eaf")))
        lines = [f"files not named like {self.year}F2001.csv ({len(others)}): {some(others)}"] if others else []
        return lines + (
            [f"sessions without elan/ID.eaf, so without text ({len(silent)}): {some(silent)}"] if silent else []
        )

    def _files(self, kind: str) -> dict[str, Path]:
        """The file of each session: `csv` features or `eaf` transcript."""
        files: dict[str, Path] = {}
        for path in sorted(self.root.rglob(f"{self.year}*.{kind}*")):
            name = self._session_of(path)
            if name:
                files.setdefault(name, path)
        return files

    def _session_of(self, path: Path) -> str | None:
        """The session that an official file name names."""
        name = _SESSION.fullmatch(path.name)
        return name["id"] if name and name["year"] == self.year else None

    def _session(self, name: str, path: Path, transcript: Path | None) -> list[Record]:
        header, *rows = list(csv.reader(io.StringIO(read_text(path), newline=""))) or [[]]
        rows = [row for row in rows if row]
        self._verify(path, header, rows)
        column = {title: position for position, title in enumerate(header)}
        members = {
            group: [i for title, i in column.items() if pattern.match(title)] for group, pattern in _GROUPS.items()
        }
        try:
            table = np.array(rows, dtype=np.float64)
        except ValueError as error:
            raise Ai4erError(f"{path}: a field is not a number ({error})") from None
        ternary = [column[title] for title in ("SS_ternary", "TS_ternary", "TC_ternary")]
        if not np.isin(table[:, ternary], (0, 1, 2)).all():
            raise Ai4erError(f"{path}: the columns SS_ternary, TS_ternary and TC_ternary must hold 0, 1 or 2")
        times = table[:, [column[_START], column[_END]]]
        said = {tier: _aligned(tiers, times) for tier, tiers in _tiers(transcript).items()} if transcript else {}
        return [
            self._record(
                name,
                turn,
                {title: int(row[column[title]]) for title in _RATINGS},
                {group: row[where].astype(np.float32) for group, where in members.items() if where},
                times[turn] / 1000,
                {tier: found[turn] for tier, found in said.items()},
            )
            for turn, row in enumerate(table)
        ]

    def _verify(self, path: Path, header: list[str], rows: list[list[str]]) -> None:
        missing = [title for title in (_START, _END, *_RATINGS) if title not in header]
        if missing:
            table = f"a feature table of {self.name.capitalize()}"
            raise Ai4erError(f"{path}: no column {some(missing)}; this is not {table}")
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                raise Ai4erError(f"{path}: line {number} has {len(row)} fields where {len(header)} are expected")
        if not rows:
            raise Ai4erError(f"{path}: no exchange")

    def _record(
        self,
        session: str,
        turn: int,
        rated: dict[str, int],
        arrays: dict[str, np.ndarray],
        times: np.ndarray,
        said: dict[str, str | None],
    ) -> Record:
        own, third = _LEVELS[rated["SS_ternary"]], _LEVELS[rated["TS_ternary"]]
        outside = [] if self.target == "self" else [rated[f"TS{rater}"] for rater in range(1, 6)]
        heard = {f"TS{rater}": _level(value) for rater, value in enumerate(outside, start=1)}
        votes = {**heard, "self": own} if self.target == "both" else heard
        name = _SESSION.fullmatch(f"{session}.csv")
        assert name is not None
        answer = said.get("user_utterance")
        attributes = {
            "self_sentiment": own,
            "third_party_sentiment": third,
            "topic_continuance": _LEVELS[rated["TC_ternary"]],
            "gender": "female" if name["gender"] == "F" else "male",
            "age": name["age"],
            "system_text": (said.get("sys_utterance") or "").strip(),
            "dialogue_act": said.get("dialogue_act") or "",
        }
        return Record(
            id=f"{session}_{turn:03d}",
            corpus=self.name,
            speaker=session,
            dialogue=session,
            turn=turn,
            session=session,
            language=self.language,
            text=None if answer is None else _words(answer),
            start=float(times[0]),
            end=float(times[1]),
            arrays=arrays,
            label=own if self.target == "self" else third,
            labels=tuple(level for level in _LEVELS if level in heard.values()) if heard else None,
            votes=tuple(votes.values()),
            raters=tuple(votes),
            dimensions={"sentiment": float(np.mean(outside or [rated["SS"]]))},
            ratings=tuple({"sentiment": float(value)} for value in outside),
            attributes={key: value for key, value in attributes.items() if value},
        )


def _level(rating: int) -> str:
    """The level of one rating from 1 to 7: 5 and above high, 3 and below low."""
    return _LEVELS[1 + (rating > 4) - (rating < 4)]


def _words(transcript: str) -> str:
    """The spoken words without the marks of fillers, broken and unclear words, and pauses.

    >>> _words("(F あ)|なるほど|(D は)はい(? ね)")
    'あ なるほど ははいね'
    """
    return re.sub(r"\([A-Z?]+ |\)", "", transcript).replace("|", " ").strip()


def _tiers(path: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Start and end (milliseconds) and text of the annotations of an ELAN file, by tier."""
    try:
        root = ElementTree.fromstring(read_text(path))
    except ElementTree.ParseError as error:
        raise Ai4erError(f"{path}: not a whole ELAN file ({error}); fetch it again") from None
    times = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE", -1)) for slot in root.iter("TIME_SLOT")}
    return {
        tier.get("TIER_ID", ""): [
            (times[one.get("TIME_SLOT_REF1")], times[one.get("TIME_SLOT_REF2")], one.findtext("ANNOTATION_VALUE") or "")
            for one in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        for tier in root.iter("TIER")
        if tier.get("TIER_ID") in ("user_utterance", "sys_utterance", "dialogue_act")
    }


def _aligned(annotations: list[tuple[int, int, str]], times: np.ndarray) -> list[str | None]:
    """The text that covers more than half of each interval of `times`, (exchanges, 2) in milliseconds, or None."""
    if not annotations:
        return [None] * len(times)
    starts, ends = np.array([a[:2] for a in annotations], dtype=np.float64).T
    shared = np.minimum(ends, times[:, 1:]) - np.maximum(starts, times[:, :1])
    best = shared.argmax(axis=1)
    covered = shared.max(axis=1) > (times[:, 1] - times[:, 0]) / 2
    return [annotations[where][2] if enough else None for where, enough in zip(best, covered)]
