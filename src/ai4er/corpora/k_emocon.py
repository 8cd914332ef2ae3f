"""K-EmoCon: pairs debate for ten minutes; every five seconds both, and outside observers, say how they feel.

32 persons in 16 debates (in English, of people in Korea), 21 with all signals of the wrist device (Empatica E4) and
of the chest belt. On request from the owners (KAIST, zenodo.org/record/3931963), academic research only.

Layout, as the owners' supplementary code reads it: `metadata/subjects.csv` (pid, initTime, startTime and endTime of
the debate in milliseconds), `emotion_annotations/self_annotations/P1.self.csv`, `partner_annotations/P1.partner.csv`
and `aggregated_external_annotations/P1.external.csv` (columns seconds, arousal, valence from 1 to 5 and others), and
`e4_data/1/E4_BVP.csv`, `E4_EDA.csv`, `E4_TEMP.csv` (timestamp in milliseconds, value), at any depth.
`debate_audios/p1.p2.wav` becomes the audio where it is there; that it begins with the debate is an assumption, and
so is that persons 1 and 2, 3 and 4 ... are a pair where no audio says so.

Every five seconds of a person are a record. As in the owners' code, an annotation that is longer than the debate
loses its beginning. Dimensions and label are those of `target` (self, partner or external); `ratings` are those of
all three.
Label: `of` (arousal or valence) above `threshold` (2, as in the owners' baseline) is high, else low.
Official split: none; leave persons or, better, debates (pairs) out: a pair is a session.
Quirks: two wrist devices were on for the persons 31 and 32; the one that the owners name is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ai4er.corpora._signals import lazy, level, one_at_a_time
from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

STEP = 5
SIGNALS = {"bvp": ("E4_BVP.csv", 64), "eda": ("E4_EDA.csv", 4), "temperature": ("E4_TEMP.csv", 4)}
_VIEWS = ("self", "partner", "external")
_DEVICES = {"31": "A013E1", "32": "A01A3A"}
_DIMENSIONS = ("valence", "arousal")


class Reader(Corpus):
    """K-EmoCon. Arrays, where the files are there: `bvp` at 64 Hz, `eda` and `temperature` at 4 Hz, each (samples,).

    Attributes: bvp_sample_rate, eda_sample_rate, temperature_sample_rate, and what the `target` view says beside.
    """

    name: ClassVar[str] = "k_emocon"
    title: ClassVar[str] = "K-EmoCon"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "C. Y. Park et al.: K-EmoCon, a Multimodal Sensor Dataset for Continuous Emotion Recognition in Naturalistic "
        "Conversations, Scientific Data 7, 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("low_high", "valence_arousal_1_5")
    published_speakers: ClassVar[int | None] = 32

    def __init__(
        self,
        root: Path,
        target: Literal["self", "partner", "external"] = "self",
        of: Literal["arousal", "valence"] = "arousal",
        threshold: float = 2.0,
    ) -> None:
        super().__init__(root)
        self.target = target
        self.of = of
        self.threshold = threshold

    def read(self) -> Records:
        table = text_file(self.root, "subjects.csv")
        rows = read_rows(table, ("pid", "startTime", "endTime"))
        audios = self._audios()
        records = Records(record for row in rows for record in self._person(table, row, audios))
        if not records:
            raise Ai4erError(f"corpus k_emocon: no annotation such as P1.{self.target}.csv below {self.root}")
        return records

    def _audios(self) -> dict[str, Path]:
        """The audio of the debate of each person."""
        found = {}
        for path in sorted(self.root.rglob("*.wav")):
            pair = re.fullmatch(r"p(\d+)\.p(\d+)", path.stem, re.IGNORECASE)
            found.update(dict.fromkeys(pair.groups(), path) if pair else {})
        return found

    def _person(self, table: Path, row: dict[str, str], audios: dict[str, Path]) -> Iterator[Record]:
        person = row["pid"].strip()
        try:
            start, end = float(row["startTime"]), float(row["endTime"])
        except ValueError:
            raise Ai4erError(f"{table}: person {person}: startTime or endTime is no number") from None
        views = {view: self._view(person, view, end - start) for view in _VIEWS}
        signals = {name: self._signal(person, file) for name, (file, _) in SIGNALS.items()}
        audio = audios.get(person)
        for number, said in enumerate(views[self.target]):
            begin = start + 1000 * STEP * number
            dimensions = _rating(said)
            ratings = (_rating(steps[number]) for steps in views.values() if number < len(steps))
            yield Record(
                id=f"P{person}_{number:03d}",
                corpus=self.name,
                speaker=f"P{person}",
                dialogue=f"P{person}",
                turn=number,
                session=audio.stem if audio else f"P{(int(person) - 1) // 2 * 2 + 1}",
                language=self.language,
                audio=str(audio) if audio else None,
                start=float(STEP * number),
                end=float(STEP * (number + 1)),
                arrays=lazy(**{name: partial(part, path, person, begin) for name, path in signals.items() if path}),
                label=level(dimensions.get(self.of), self.threshold),
                dimensions=dimensions,
                ratings=tuple(rating for rating in ratings if rating),
                attributes={
                    **{f"{name}_sample_rate": str(rate) for name, (_, rate) in SIGNALS.items() if signals[name]},
                    **{key: value for key, value in said.items() if key not in (*_DIMENSIONS, "seconds", "") and value},
                },
            )

    def _view(self, person: str, view: str, length: float) -> list[dict[str, str]]:
        """What one view says about every five seconds of the debate; empty without its file."""
        path = next(iter(sorted(self.root.rglob(f"P{person}.{view}.csv"))), None)
        rows = read_rows(path, ("seconds", *_DIMENSIONS)) if path else []
        most = int(length // (1000 * STEP))
        for row in rows:
            try:
                _rating(row)
            except ValueError:
                raise Ai4erError(f"{path}: at {row['seconds']} s valence or arousal is no number") from None
        return rows[-most:] if most and len(rows) > most else rows

    def _signal(self, person: str, file: str) -> Path | None:
        return next((path for path in sorted(self.root.rglob(file)) if path.parent.name == person), None)


def _rating(row: dict[str, str]) -> dict[str, float]:
    """Valence and arousal of a row, where they were given."""
    return {name: float(row[name]) for name in _DIMENSIONS if row[name].strip()}


def part(path: Path, person: str, begin: float) -> np.ndarray:
    """Five seconds of a signal from a time stamp in milliseconds on, (samples,)."""
    times, values = series(path, _DEVICES.get(person, ""))
    return values[(times >= begin) & (times < begin + 1000 * STEP)]


@one_at_a_time
def series(path: Path, device: str) -> tuple[np.ndarray, np.ndarray]:
    """Time stamps in milliseconds and the values of a signal; of two devices the given one."""
    rows = read_rows(path, ("timestamp", "value"))
    rows = [row for row in rows if row.get("device_serial", device) == device] if device else rows
    try:
        table = np.array([(row["timestamp"], row["value"]) for row in rows], np.float64).reshape(-1, 2)
    except ValueError as error:
        raise Ai4erError(f"{path}: a time stamp or value is no number ({error})") from None
    return table[:, 0], table[:, 1].astype(np.float32)
