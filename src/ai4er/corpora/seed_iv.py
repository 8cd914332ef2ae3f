"""SEED-IV: film clips that make one feel happy, sad, afraid or neutral; EEG and eye movements.

15 persons, 3 sessions of 24 other clips each (72 clips), 62 electrodes, 200 Hz. On request from the owners (BCMI
laboratory, Shanghai Jiao Tong University), academic research only.

Layout, as of the release and its readme: `eeg_raw_data/1/1_20160518.mat` (session, person and date; 24 variables
such as `cz_eeg1`, (62, samples)). The labels are the three fixed lists of the readme. Features and eye movements
(`eeg_feature_smooth`, `eye_feature_smooth`) are not read.

A trial is a record; signals are read from their file whenever they are
asked for (all would take many gigabytes).
Official split: the first 16 clips of every session train, the last 8 test, for each person on his own: NOT
speaker-independent. Leave persons out where new persons are to be recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._seed import SAMPLE_RATE, trial, trials
from ai4er.corpora._signals import lazy, numbered
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.nn.electrodes import SEED_CHANNELS
from ai4er.records import Record, Records

TRIALS, TRAIN = 24, 16
EMOTIONS = ("neutral", "sad", "fear", "happy")
CODES = {
    "1": "123020010121112322330303",
    "2": "213002023323201121030131",
    "3": "122133311210233023002010",
}
"""The class of each clip of each session."""

_FILE = re.compile(r"(?P<person>\d{1,2})_(?P<date>\d{8})\.mat")


class Reader(Corpus):
    """SEED-IV; every record has arrays["eeg"] (samples, 62), microvolt at 200 Hz. Attributes: clip, date, channels."""

    name: ClassVar[str] = "seed_iv"
    title: ClassVar[str] = "SEED-IV: SJTU Emotion EEG Dataset for Four Emotions"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "W.-L. Zheng, W. Liu, Y. Lu, B.-L. Lu, A. Cichocki: EmotionMeter: A Multimodal Framework for Recognizing Human "
        "Emotions, IEEE Transactions on Cybernetics 49(3), 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("seed_iv4",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(EMOTIONS, 270)
    published_speakers: ClassVar[int | None] = 15

    def read(self) -> Records:
        files = self._files()
        if not files:
            raise Ai4erError(f"corpus seed_iv: no file below {self.root} is named like eeg_raw_data/1/1_20160518.mat")
        return Records(record for session, name, path in files for record in self._session(path, name, session))

    def _files(self) -> list[tuple[str, re.Match[str], Path]]:
        return [
            (session, name, path)
            for session in CODES
            for folder in sorted(self.root.rglob(f"eeg_raw_data/{session}"))
            for name, path in numbered(folder, _FILE)
        ]

    def _session(self, path: Path, name: re.Match[str], session: str) -> Iterator[Record]:
        for clip, variable in trials(path, TRIALS).items():
            yield Record(
                id=f"{name['person']}_{session}_{clip:02d}",
                corpus=self.name,
                speaker=name["person"],
                session=session,
                split="train" if clip <= TRAIN else "test",
                arrays=lazy(eeg=partial(trial, path, variable)),
                label=EMOTIONS[int(CODES[session][clip - 1])],
                attributes={
                    "sample_rate": str(SAMPLE_RATE),
                    "channels": " ".join(SEED_CHANNELS),
                    "clip": f"{session}_{clip}",
                    "date": name["date"],
                },
            )
