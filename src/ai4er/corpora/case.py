"""CASE, the Continuously Annotated Signals of Emotion: body signals and valence and arousal by joystick, all the time.

30 persons (15 male, 15 female), 8 videos each, two for each of four emotions. Open from the owners
(gitlab.com/karan-shr/case_dataset; also figshare), CC BY 4.0 as listed there.

Layout, as of the release and its readmes: `interpolated/physiological/sub_1.csv` (daqtime in ms, ecg, bvp, gsr, rsp,
skt, emg_zygo, emg_coru, emg_trap, video; 1000 Hz) and `interpolated/annotations/sub_1.csv` (jstime in ms, valence,
arousal from 0.5 to 9.5, video; 20 Hz). Videos 1 and 2 are meant to be amusing, 3 and 4 boring, 5 and 6 relaxing, 7
and 8 scary; 10, 11 and 12 (start, blue screen between, end) are left out.

A video of a person is a record; signals are read from their table whenever they are asked for (2.5 million rows a
person: seconds each time another person's are asked for).
Official split: none; leave persons out. The mean of the annotation is the dimension; `annotation` holds all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._signals import lazy, numbered, numbers, one_at_a_time
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SAMPLE_RATE, ANNOTATION_RATE = 1000, 20
SIGNALS = ("ecg", "bvp", "gsr", "rsp", "skt", "emg_zygo", "emg_coru", "emg_trap")
VIDEOS = dict(zip(range(1, 9), ("amusing", "amusing", "boring", "boring", "relaxing", "relaxing", "scary", "scary")))
_FILE = re.compile(r"sub_(?P<person>\d+)\.csv")


class Reader(Corpus):
    """CASE. Arrays: `ecg` (samples,) and `physiology` (samples, 8) at 1000 Hz; `annotation` (steps, 2) at 20 Hz.

    Dimensions: valence, arousal, 0.5 to 9.5. Attributes: video, physiology_channels, annotation_sample_rate.
    """

    name: ClassVar[str] = "case"
    title: ClassVar[str] = "CASE: Continuously Annotated Signals of Emotion"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "CC BY 4.0 as listed by the archive"
    citation: ClassVar[str] = (
        "K. Sharma, C. Castellini, E. L. van den Broek, A. Albu-Schaeffer, F. Schwenker: A Dataset of Continuous "
        "Affect Annotations and Physiological Signals for Emotion Analysis, Scientific Data 6, 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("case4", "valence_arousal_joystick")
    published: ClassVar[dict[str, int]] = dict.fromkeys(("amusing", "boring", "relaxing", "scary"), 60)
    published_speakers: ClassVar[int | None] = 30

    def read(self) -> Records:
        annotations, signals = self._files("annotations"), self._files("physiological")
        if not annotations or not signals:
            raise Ai4erError(
                f"corpus case: {self.root} lacks interpolated/annotations/sub_1.csv or "
                "interpolated/physiological/sub_1.csv"
            )
        return Records(
            record
            for person, path in annotations.items()
            if person in signals
            for record in self._person(person, path, signals[person])
        )

    def left_out(self) -> list[str]:
        annotations, signals = self._files("annotations"), self._files("physiological")
        alone = sorted(set(annotations) ^ set(signals))
        return [f"persons with only one of annotations and signals ({len(alone)}): {', '.join(alone)}"] if alone else []

    def _files(self, kind: str) -> dict[str, Path]:
        """The table of each person, in the order of their numbers."""
        folders = [path for path in sorted(self.root.rglob(kind)) if path.parent.name == "interpolated"]
        return {name["person"]: path for folder in folders[:1] for name, path in numbered(folder, _FILE)}

    def _person(self, person: str, annotation: Path, signals: Path) -> Iterator[Record]:
        table = numbers(annotation, range(4))
        for video, label in VIDEOS.items():
            shown = table[table[:, 3] == video]
            if not len(shown):
                continue
            yield Record(
                id=f"{person}_{video}",
                corpus=self.name,
                speaker=person,
                arrays=lazy(
                    ecg=partial(lead, signals, video),
                    physiology=partial(physiology, signals, video),
                    annotation=partial(np.copy, shown[:, 1:3]),
                ),
                label=label,
                dimensions={"valence": float(shown[:, 1].mean()), "arousal": float(shown[:, 2].mean())},
                attributes={
                    "sample_rate": str(SAMPLE_RATE),
                    "physiology_channels": " ".join(SIGNALS),
                    "annotation_sample_rate": str(ANNOTATION_RATE),
                    "video": str(video),
                },
            )


def lead(path: Path, video: int) -> np.ndarray:
    """The ECG during a video, (samples,)."""
    return physiology(path, video)[:, 0]


def physiology(path: Path, video: int) -> np.ndarray:
    """All signals during a video, (samples, 8)."""
    table = signals(path)
    return table[table[:, -1] == video, :-1]


@one_at_a_time
def signals(path: Path) -> np.ndarray:
    """All signals of a person and the video, (samples, 9)."""
    return numbers(path, range(1, 2 + len(SIGNALS)))
