"""Vera am Mittag (VAM-Audio): guests of a German talk show quarrel unscripted, rated for emotion.

947 sentences of 47 guests (11 male, 36 female) of the show of 2005. On request from the owners (University of
Karlsruhe, HUMAINE association; sail.usc.edu/VAM) under their terms. VAM-Faces and VAM-Video are not read.

Layout, as the owners' readme of VAM-Audio has it: `data/`, in it a folder for each speaker ("Sprecher"), in it the
sentences `Satz01001.wav` (speaker 01, sentence 001), and files of labels, rows of valence, activation and dominance
from -1 to 1: `.eva` has a row for every rater, `.ewe` one row, the mean weighted by how much a rater agrees with the
others (evaluator weighted estimator). That both are called after their sentence follows from the readme and is not
said in it; they are found by that name in any folder. The transcripts are Excel sheets and not read.

Official split: none; leave speakers out. 17 raters heard the speakers 1 to 19 (VAM-Audio I), 6 the others (II).
Quirks: only sentences on which the raters agreed were released; most are negative, as the show is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import some
from ai4er.errors import Ai4erError
from ai4er.records import Records

_DIMENSIONS = ("valence", "arousal", "dominance")
_LAST_OF_PART_I = 19


class Reader(NamedAudioFiles):
    """VAM-Audio; `arousal` is the owners' activation. Attributes: part (I, II)."""

    name: ClassVar[str] = "vam"
    title: ClassVar[str] = "VAM: Vera am Mittag corpus, audio"
    language: ClassVar[str] = "de"
    licence: ClassVar[str] = "on request from the owners, without leave to pass it on; research"
    citation: ClassVar[str] = (
        "M. Grimm, K. Kroschel, S. Narayanan: The Vera am Mittag German Audio-Visual Emotional Speech Database, ICME "
        "2008"
    )
    spaces: ClassVar[tuple[str, ...]] = ("valence_arousal_dominance", "valence_arousal")
    published_speakers: ClassVar[int | None] = 47

    pattern: ClassVar[re.Pattern[str]] = re.compile(r"Satz(?P<speaker>\d\d)\d{3}")
    example: ClassVar[str] = "Satz01001"

    def read(self) -> Records:
        merged, by_rater = self._labels(".ewe"), self._labels(".eva")
        return Records(
            record.replace(
                dimensions=_merged(merged[record.id]) if record.id in merged else {},
                ratings=tuple(_rows(by_rater[record.id])) if record.id in by_rater else (),
            )
            for record in super().read()
        )

    def left_out(self) -> list[str]:
        named, _, _ = self._files
        bare = sorted(set(named) - set(self._labels(".ewe")))
        lines = [f"sentences without a file of labels such as Satz01001.ewe ({len(bare)}): {some(bare)}"]
        return super().left_out() + (lines if bare else [])

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        part = "I" if int(name["speaker"]) <= _LAST_OF_PART_I else "II"
        return {"speaker": name["speaker"], "attributes": {"part": part}}

    def _labels(self, suffix: str) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self.root.rglob(f"*{suffix}"))}


def _rows(path: Path) -> list[dict[str, float]]:
    """What every rater said. Raises `Ai4erError` for a row that is not three numbers."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            values = [float(field) for field in line.split()]
        except ValueError:
            values = []
        if line.strip() and len(values) != len(_DIMENSIONS):
            raise Ai4erError(f"{path}: line {number} is {line!r}, not the numbers of valence, activation and dominance")
        if values:
            rows.append(dict(zip(_DIMENSIONS, values)))
    return rows


def _merged(path: Path) -> dict[str, float]:
    rows = _rows(path)
    if len(rows) != 1:
        raise Ai4erError(f"{path}: {len(rows)} rows where one, the merged rating, is expected; fetch it again")
    return rows[0]
