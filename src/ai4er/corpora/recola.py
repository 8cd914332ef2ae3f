"""RECOLA: pairs of people solve a task over a video call, with continuous ratings of emotion, French.

Five minutes each of 46 people, of whom 23 may be shared; six raters (3 women, 3 men) moved arousal and valence while
watching, a value every 40 ms from -1 to 1. On request from the owners (diuf.unifr.ch/main/diva/recola) under a licence.

Layout, known from the release and users' accounts: `recordings_audio/P16.wav`, `recordings_video/P16.mp4` and
`ratings_individual/arousal/P16.csv`, `ratings_individual/valence/P16.csv`: time;FM1;FM2;FM3;FF1;FF2;FF3 (the raters)
with the time in seconds. The physiological signals and the gold standard of the AVEC challenges are not read.

A record is a piece of `seconds` of a recording: `dimensions` are the mean of the raters over it, `ratings` each rater's
mean, and `arrays["trace"]` (steps, 2) the raters' mean arousal and valence at every step.

Official split: none here (AVEC has its own names for its parts); leave speakers out. Quirk: raters react late, by some
seconds, and that is not corrected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._tables import decimal_number, read_rows
from ai4er.corpora.base import Corpus, digests, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_DIMENSIONS = ("arousal", "valence")


class Reader(Corpus):
    """RECOLA in pieces of `seconds`; the audio where it is there, else the video. Attributes: raters."""

    name: ClassVar[str] = "recola"
    title: ClassVar[str] = "RECOLA: Remote Collaborative and Affective interactions"
    language: ClassVar[str] = "fr"
    licence: ClassVar[str] = "on request from the owners under a licence agreement, academic research"
    citation: ClassVar[str] = (
        "F. Ringeval, A. Sonderegger, J. Sauer, D. Lalanne: Introducing the RECOLA multimodal corpus of remote "
        "collaborative and affective interactions, FG 2013"
    )
    spaces: ClassVar[tuple[str, ...]] = ("valence_arousal",)

    def __init__(self, root: Path, seconds: float = 4.0) -> None:
        super().__init__(root)
        if seconds <= 0:
            raise Ai4erError(f"corpus recola: seconds={seconds:g} must be more than 0")
        self.seconds = seconds

    def read(self) -> Records:
        people = self._people()
        if not people:
            raise Ai4erError(f"corpus recola: {self.root} has no ratings_individual/arousal/P16.csv")
        return Records(record for person, path in people.items() for record in self._pieces(person, path))

    def left_out(self) -> list[str]:
        silent = [person for person in self._people() if not self._recording(person)]
        return [f"people without a recording ({len(silent)}): {some(silent)}"] if silent else []

    def _people(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self.root.rglob("ratings_individual/arousal/P*.csv"))}

    def _recording(self, person: str) -> dict[str, str]:
        """The audio or else the video of a person."""
        for kind, pattern in (("audio", f"recordings_audio/{person}.wav"), ("video", f"recordings_video/{person}.mp4")):
            if found := sorted(self.root.rglob(pattern)):
                return {kind: str(found[0])}
        return {}

    def _pieces(self, person: str, arousal: Path) -> Iterator[Record]:
        tables = [_trace(arousal), _trace(arousal.parents[1] / "valence" / arousal.name)]
        (times, raters, _), (other_times, other_raters, _) = tables
        if raters != other_raters or len(times) != len(other_times):
            raise Ai4erError(f"{arousal}: the table of valence has other raters or another length; fetch both again")
        values = np.stack([table for _, _, table in tables], axis=-1)
        recording = self._recording(person)
        digest = "".join(digests([Path(path) for path in recording.values()]))
        pieces = (times / self.seconds).astype(int)
        for number in np.unique(pieces):
            piece = values[pieces == number]
            rated = [dict(zip(_DIMENSIONS, map(float, mean))) for mean in piece.mean(axis=0)]
            start = float(number * self.seconds)
            yield Record(
                id=f"{person}_{number:04d}",
                corpus=self.name,
                speaker=person,
                session=person,
                language=self.language,
                start=start,
                end=start + self.seconds,
                arrays={"trace": piece.mean(axis=1).astype(np.float32)},
                digest=f"{digest}-{number}" if digest else "",
                dimensions=dict(zip(_DIMENSIONS, map(float, piece.mean(axis=(0, 1))))),
                ratings=tuple(rated),
                attributes={"raters": ",".join(raters)},
                **recording,  # type: ignore[arg-type]
            )


def _trace(path: Path) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Times (steps,) in seconds, the raters, and what they rated (steps, raters)."""
    if not path.is_file():
        raise Ai4erError(f"{path}: no such file; every person has a table of arousal and one of valence")
    rows = read_rows(path, ("time",), delimiter=";")
    if not rows:
        raise Ai4erError(f"{path}: no rating")
    raters = [name for name in rows[0] if name and name != "time"]
    times = np.array([decimal_number(path, row, "time") for row in rows])
    return times, raters, np.array([[decimal_number(path, row, rater) for rater in raters] for row in rows])
