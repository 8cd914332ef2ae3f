"""MUSE EEG mental state: 24 recordings of 4 persons, relaxed, neutral or concentrating.

Muse headband with the dry electrodes TP9, AF7, AF8, TP10 at 256 Hz, microvolt, 60 s in each of 3
states and 2 sessions. From the owner's repository jordan-bird/eeg-feature-generation (folder
dataset/original_data), without a licence text. There are no emotion labels.

Layout: `subjectX-STATE-SESSION.csv`, plain or compressed (`.bz2`), at any depth; header
`timestamps, TP9, AF7, AF8, TP10, Right AUX` (the last is no electrode). Records are windows that follow
each other without overlap; the person is the speaker and the recording the dialogue, so that no protocol
that keeps dialogues together trains and tests on one recording.

There is no official split.
Quirks: two recordings are short (3.5 and 9 s) and one, subjectb-relaxed-2, consists of pieces with gaps of
up to 700 s; windows never cross a gap, and what is shorter than a window is left out.
"""

from __future__ import annotations

import bz2
import io
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SAMPLE_RATE = 256
ELECTRODES = ("TP9", "AF7", "AF8", "TP10")
COLUMNS = ("timestamps", *ELECTRODES)
RECORDINGS = 8
"""How many recordings of each state the owner published."""

_NAME = re.compile(r"subject([a-d])-(relaxed|neutral|concentrating)-([12])\.csv(\.bz2)?")
_GAP = 0.1
"""Seconds between two samples above which they do not follow each other (they are 0.004 s apart)."""


class Reader(Corpus):
    """Windows of `seconds`; every record has arrays["eeg"] (samples, 4) in microvolt at 256 Hz."""

    name: ClassVar[str] = "eeg_muse_mental_state"
    title: ClassVar[str] = "MUSE EEG, mental state"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "published openly by the owner, without a licence text"
    citation: ClassVar[str] = (
        "J. J. Bird, L. J. Manso, E. P. Ribeiro, A. Ekart, D. R. Faria: A Study on Mental State Classification using "
        "EEG-based Brain-Machine Interface, Intelligent Systems 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mental_state3",)
    published_speakers: ClassVar[int | None] = 4
    quirks: ClassVar[tuple[str, ...]] = (
        "subjectd-concentrating-2 lasts 3.5 s and subjectc-neutral-2 9 s; subjectb-relaxed-2 has gaps",
    )

    def __init__(self, root: Path, seconds: float = 4.0) -> None:
        super().__init__(root)
        if not seconds >= 1:
            raise Ai4erError(f"corpus {self.name}: seconds={seconds} must be at least 1")
        self.samples = round(seconds * SAMPLE_RATE)

    def read(self) -> Records:
        files = self._files()
        if not files:
            raise Ai4erError(
                f"corpus {self.name}: {self.root} has no file such as subjecta-relaxed-1.csv (or .csv.bz2)"
            )
        return Records(record for name, path in files.items() for record in self._windows(name, path))

    def left_out(self) -> list[str]:
        """The states of which recordings are missing."""
        there = Counter(_parts(path)[1] for path in self._files().values())
        return [
            f"{state}: {there[state]} recordings, published {RECORDINGS}"
            for state in self.space.names
            if there[state] != RECORDINGS
        ]

    def _files(self) -> dict[str, Path]:
        """The file of each recording, sorted by its name."""
        found = {p.name.partition(".")[0]: p for p in self.root.rglob("subject*") if _NAME.fullmatch(p.name)}
        return dict(sorted(found.items()))

    def _windows(self, name: str, path: Path) -> list[Record]:
        times, signals = load_muse(path)
        starts = window_starts(times, self.samples)
        subject, state, session = _parts(path)
        return [
            Record(
                id=f"{name}_{number:02d}",
                corpus=self.name,
                speaker=subject,
                dialogue=name,
                turn=number,
                session=session,
                arrays={"eeg": signals[start : start + self.samples]},
                label=state,
                attributes={"sample_rate": str(SAMPLE_RATE), "seconds_in": f"{times[start] - times[0]:.3f}"},
            )
            for number, start in enumerate(starts)
        ]


def window_starts(times: np.ndarray, samples: int) -> list[int]:
    """Where windows of so many samples begin that lie one behind the other and cross no gap.

    >>> window_starts(np.array([0.0, 0.1, 0.2, 9.0, 9.1, 9.2, 9.3, 9.4]) / 10, 2)
    [0, 3, 5]
    """
    edges = [0, *(np.flatnonzero(np.diff(times) > _GAP) + 1).tolist(), len(times)]
    return [start for first, last in pairwise(edges) for start in range(first, last - samples + 1, samples)]


def _parts(path: Path) -> tuple[str, str, str]:
    match = _NAME.fullmatch(path.name)
    assert match is not None
    return match[1], match[2], match[3]


def load_muse(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Time stamps in seconds (samples,), and microvolts (samples, 4). Raises `Ai4erError` for any other table."""
    try:
        raw = path.read_bytes()
        text = (bz2.decompress(raw) if path.suffix == ".bz2" else raw).decode()
        header = [name.strip() for name in text.partition("\n")[0].split(",")]
        columns = [header.index(name) for name in COLUMNS]
        if not text.partition("\n")[2].strip():
            raise ValueError("no samples below its header")
        values = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1, usecols=columns, ndmin=2)
    except (OSError, EOFError, ValueError) as error:
        raise Ai4erError(
            f"{path}: not a whole table with the columns {', '.join(COLUMNS)} ({error}); fetch it again"
        ) from None
    return values[:, 0], values[:, 1:].astype(np.float32)
