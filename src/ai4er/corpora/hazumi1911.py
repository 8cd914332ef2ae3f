"""Hazumi1911: a person talks with an agent; sentiment of every exchange as oneself and others see it.

30 sessions of one person each (20 to 79 years), Japanese; 26 of them, with 2,439 exchanges (a turn of the
system and the answer), have features. Open from the owners (github.com/ouktlab/Hazumi1911, Osaka
University and JAIST) for experiments, without a licence text: take it as research only. The videos
need a contract and are not part of it.

Layout: `features/ID.csv` (times, ratings and 3,091 features of each exchange) and `elan/ID.eaf` (transcript
with times), where ID = YYMMGAANN: G gender, AA decade of age, NN number. `biosignal/` is not read.

Labels: `sentiment3` on the third party by default (the mean of five outside raters, 1 to 7: above 4.5 high,
below 3.5 low), or with `target=self` on the person's own rating (5 and above high, 3 and below low).

Official split: none; leave sessions (persons) out.
Quirks: 1911F7001, 1911M3001, 1911M3002 and 1911M5003 have no features in the release. The times
of features and transcript differ by up to 2 ms, so that they are joined by their overlap. The owners
write a filler as `(F x)`, a broken word as `(D x)`, an unclear one as `(? x)`, a pause as `|`: `text` keeps the
words only; it is empty where the person said nothing.
"""

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

_SESSION = re.compile(r"(?P<id>1911(?P<gender>[FM])(?P<age>\d\d)\d\d)\.(?:csv|eaf)(?:\.gz)?")
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
_PUBLISHED = {
    "third": {"low": 178, "neutral": 881, "high": 1380},
    "self": {"low": 485, "neutral": 848, "high": 1106},
}


class Reader(Corpus):
    """Hazumi1911. One record an exchange; a session is a dialogue of one speaker.

    `arrays`, each (features,), as the owners computed them: `speech` (384 prosodic functionals), `words`
    (bag of words, parts of speech, lengths, dialogue act of the system), `face` (velocities of landmarks and
    action units), `motion` (of the body), `physiology` (skin conductance and heart rate).
    `dimensions` and `ratings` are the sentiment from 1 to 7; `votes` and `labels` (space
    sentiment3_votes) are the levels that the outside raters gave. With `target=self` the label and
    the dimension are the person's own, and votes, labels and ratings are empty.
    Attributes: self_sentiment, third_party_sentiment, topic_continuance, gender, age, system_text, dialogue_act.
    """

    name: ClassVar[str] = "hazumi1911"
    title: ClassVar[str] = "Hazumi1911: multimodal human-agent dialogue"
    language: ClassVar[str] = "ja"
    licence: ClassVar[str] = "open from the owners without a licence text; research only"
    citation: ClassVar[str] = (
        "K. Komatani, S. Okada: Multimodal Human-Agent Dialogue Corpus with Annotations at Utterance and Dialogue "
        "Levels, ACII 2021; S. Katada, S. Okada, Y. Hirano, K. Komatani: Is She Truly Enjoying the Conversation?, "
        "ICMI 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("sentiment3", "sentiment3_votes", "sentiment_1_7", "sentiment_preference")
    published: ClassVar[dict[str, int]] = _PUBLISHED["third"]
    published_speakers: ClassVar[int | None] = 26
    features: ClassVar[dict[str, str]] = {
        "speech": "array:name=speech",
        "text": "array:name=words",
        "video": "array:name=face",
    }
    quirks: ClassVar[tuple[str, ...]] = ("4 of the 30 sessions have a transcript but no features in the release",)

    def __init__(self, root: Path, target: Literal["third", "self"] = "third") -> None:
        super().__init__(root)
        self.target = target

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": _PUBLISHED[self.target]}

    def read(self) -> Records:
        sessions = self._files("csv")
        if not sessions:
            raise Ai4erError(
                f"corpus hazumi1911: no file below {self.root} is named like features/1911F2001.csv (or .gz)"
            )
        transcripts = self._files("eaf")
        return Records(
            record for name, path in sessions.items() for record in self._session(name, path, transcripts.get(name))
        )

    def left_out(self) -> list[str]:
        tables = [
            p for p in self.root.rglob("*") if p.name.endswith((".csv", ".csv.gz")) and p.parent.name == "features"
        ]
        others = sorted(path.name for path in tables if not _SESSION.fullmatch(path.name))
        silent = sorted(set(self._files("csv")) - set(self._files("eaf")))
        lines = [f"files not named like 1911F2001.csv ({len(others)}): {some(others)}"] if others else []
        return lines + (
            [f"sessions without elan/ID.eaf, so without text ({len(silent)}): {some(silent)}"] if silent else []
        )

    def _files(self, kind: str) -> dict[str, Path]:
        """The file of each session: `csv` features or `eaf` transcript."""
        files: dict[str, Path] = {}
        for path in sorted(self.root.rglob(f"1911*.{kind}*")):
            name = _SESSION.fullmatch(path.name)
            if name:
                files.setdefault(name["id"], path)
        return files

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
                {group: row[where].astype(np.float32) for group, where in members.items()},
                times[turn] / 1000,
                {tier: found[turn] for tier, found in said.items()},
            )
            for turn, row in enumerate(table)
        ]

    @staticmethod
    def _verify(path: Path, header: list[str], rows: list[list[str]]) -> None:
        missing = [title for title in (_START, _END, *_RATINGS) if title not in header]
        if missing:
            raise Ai4erError(f"{path}: no column {some(missing)}; this is not a feature table of Hazumi1911")
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
        outside = [rated[f"TS{rater}"] for rater in range(1, 6)] if self.target == "third" else []
        votes = tuple(_level(value) for value in outside)
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
            label=third if self.target == "third" else own,
            labels=tuple(level for level in _LEVELS if level in votes) if votes else None,
            votes=votes,
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
