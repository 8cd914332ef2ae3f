"""SEMAINE: people talk to an operator who plays one of four characters, turn by turn, with traces of emotion, English.

150 people in 959 conversations with the happy Poppy, the gloomy Obadiah, the angry Spike and the sensible Prudence;
those where an operator plays them (Solid SAL) are transcribed, and 6 to 8 raters traced them. On request from the
owners (semaine-db.eu), who want an agreement signed; academic research.

Layout: `Sessions/2/` with `session.xml` (attributes recording and character), the microphones
`2008.12.05.16.03.15_User HeadMounted_Poppy.wav` and `..._Operator HeadMounted_Poppy.wav`, the words
`wordLevel_alignedTranscript_..._user` and `..._operator` (a line `---recording 1 turn 3---`, then `start end WORD` in
milliseconds, and a full stop), and the traces `R5S1TUCPoDV.txt` (time in seconds and a value from -1 to 1, every 0.02
s): rater 5, recording 1, target user (TU) or operator (TO), character Poppy, dimension V valence, A activation, P
power, E expectation, I intensity. Some begin with A in place of R. Taken from users' code that reads the release; file
names are of two such copies. Videos, categories (DFr, DAn ...) and the AVEC challenges are not read.

A record is a turn: `dimensions` are the mean of the raters over it, `ratings` each rater's mean. Turns of the operator
are mostly not rated and stay as context. Turns of a session are numbered by their time; words in angle brackets (such
as a laugh) are no text. Sessions without words of the user are left out and reported by `check`.

Official split: none; a recording of one person with all characters is the session to leave out.
Quirks: no file that is read names the people, who may have taken part more than once. Raters react late, and that is
not corrected.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from ai4er.corpora._signals import numbers
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, digests, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_DIMENSIONS = {"V": "valence", "A": "arousal", "P": "dominance", "E": "expectation", "I": "intensity"}
_ROLES = {"U": "user", "O": "operator"}
_TRACE = re.compile(r"[AR](?P<rater>\d+)[RS]\d+T(?P<target>[UO])C(?:Po|Ob|Sp|Pr)\d?D(?P<dimension>[VAPEI])\.txt")
_TURN = re.compile(r"---.*turn +(?P<turn>\d+)---")
_WORD = re.compile(r"(?P<start>\d+) +(?P<end>\d+) +(?P<word>\S+)")

_Traces = dict[str, dict[str, np.ndarray]]
"""By rater and dimension: times in seconds and values, (steps, 2)."""


class _Turn(NamedTuple):
    """Who speaks, from when to when (seconds), and what."""

    start: float
    end: float
    role: str
    number: str
    text: str


class Reader(Corpus):
    """SEMAINE. Dimensions: valence, arousal (activation), dominance (power), expectation, intensity, where rated.

    Attributes: character, role (user, operator).
    """

    name: ClassVar[str] = "semaine"
    title: ClassVar[str] = "SEMAINE: emotionally coloured conversations between a person and a limited agent"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "on request from the owners under a licence agreement, academic research"
    citation: ClassVar[str] = (
        "G. McKeown, M. Valstar, R. Cowie, M. Pantic, M. Schroeder: The SEMAINE Database: Annotated Multimodal Records "
        "of Emotionally Colored Conversations between a Person and a Limited Agent, IEEE Transactions on Affective "
        "Computing 3, 2012"
    )
    spaces: ClassVar[tuple[str, ...]] = ("valence_arousal_dominance", "valence_arousal")
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        sessions = [folder for folder in self._sessions() if _words(folder, "user")]
        if not sessions:
            raise Ai4erError(
                f"corpus semaine: no folder below {self.root} has session.xml and wordLevel_alignedTranscript_..._user"
            )
        return Records(record for folder in sessions for record in self._session(folder))

    def left_out(self) -> list[str]:
        silent = [folder.name for folder in self._sessions() if not _words(folder, "user")]
        return [f"sessions without words of the user ({len(silent)}): {some(silent)}"] if silent else []

    def _sessions(self) -> list[Path]:
        folders = (path.parent for path in self.root.rglob("session.xml"))
        return sorted(folders, key=lambda folder: (len(folder.name), folder.name))

    def _session(self, folder: Path) -> Iterator[Record]:
        try:
            about = ElementTree.fromstring(read_text(folder / "session.xml")).attrib
        except ElementTree.ParseError as error:
            raise Ai4erError(f"{folder / 'session.xml'}: not whole XML ({error}); fetch it again") from None
        recording = about.get("recording", folder.name)
        sound = {
            role: next(iter(sorted(folder.glob(f"*{role.title()} HeadMounted*.wav"))), None) for role in _ROLES.values()
        }
        paths = [path for path in sound.values() if path]
        digest = dict(zip(paths, digests(paths)))
        traces = _traces(folder)
        turns = sorted(turn for role in _ROLES.values() for turn in _turns(folder, role))
        for place, turn in enumerate(turns):
            path = sound[turn.role]
            ratings = tuple(filter(None, (_means(rater, turn) for rater in traces[turn.role].values())))
            yield Record(
                id=f"{folder.name}_{turn.role}_{turn.number}",
                corpus=self.name,
                speaker=f"{recording}_{turn.role}",
                dialogue=folder.name,
                turn=place,
                session=recording,
                language=self.language,
                text=turn.text or None,
                audio=str(path) if path else None,
                start=turn.start,
                end=turn.end,
                digest=f"{digest[path]}-{turn.number}" if path else "",
                dimensions={
                    name: float(np.mean([rating[name] for rating in ratings if name in rating]))
                    for name in _DIMENSIONS.values()
                    if any(name in rating for rating in ratings)
                },
                ratings=ratings,
                attributes={"character": about.get("character", ""), "role": turn.role},
            )


def _words(folder: Path, role: str) -> Path | None:
    """The file of words of the user or the operator."""
    return next(iter(sorted(folder.glob(f"wordLevel_alignedTranscript*_{role}*"))), None)


def _turns(folder: Path, role: str) -> Iterator[_Turn]:
    """The turns of the user or the operator in one session that have a word."""
    path = _words(folder, role)
    turns: dict[str, list[re.Match[str]]] = {}
    spoken: list[re.Match[str]] = []
    for line in map(str.strip, read_text(path).splitlines() if path else ()):
        if head := _TURN.fullmatch(line):
            spoken = turns.setdefault(head["turn"], [])
        elif word := _WORD.fullmatch(line):
            spoken.append(word)
    for number, words in turns.items():
        if words:
            text = " ".join(word["word"] for word in words if not word["word"].startswith("<"))
            yield _Turn(int(words[0]["start"]) / 1000, int(words[-1]["end"]) / 1000, role, number, text)


def _traces(folder: Path) -> dict[str, _Traces]:
    """The traces of the user and the operator; of two by one rater the first."""
    found: dict[str, _Traces] = {role: {} for role in _ROLES.values()}
    for path in sorted(folder.iterdir()):
        if name := _TRACE.fullmatch(path.name):
            rater = found[_ROLES[name["target"]]].setdefault(name["rater"], {})
            rater.setdefault(_DIMENSIONS[name["dimension"]], numbers(path, (0, 1), None))
    return found


def _means(rater: dict[str, np.ndarray], turn: _Turn) -> dict[str, float]:
    """The mean of what one rater traced over a turn, by dimension."""
    inside = {name: trace[(trace[:, 0] >= turn.start) & (trace[:, 0] < turn.end), 1] for name, trace in rater.items()}
    return {name: float(values.mean()) for name, values in inside.items() if len(values)}
