"""SEED, the SJTU Emotion EEG Dataset: film clips that make one feel positive, neutral or negative.

15 persons (7 male, 8 female), 3 sessions each of the same 15 clips of about 4 minutes, 62 electrodes, 200 Hz. On
request from the owners (BCMI laboratory, Shanghai Jiao Tong University), academic research only.

Layout, as of the release: `Preprocessed_EEG/1_20131027.mat` (person and date; 15 variables such as `djc_eeg1`, which
are (62, samples) of microvolt) and `label.mat` (variable `label`: 1 positive, 0 neutral, -1 negative, for each
clip). The sessions of a person are numbered by date. Features (`ExtractedFeatures`) are not read:
`differential_entropy` computes them.

A trial is a record; signals are read from their file whenever they are asked
for: reading the corpus takes hardly any memory, where all signals would take many gigabytes.
Official split: the first 9 clips of every session train, the last 6 test, for each person on his own: NOT
speaker-independent. Leave persons out where new persons are to be recognised.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._seed import SAMPLE_RATE, trial, trials
from ai4er.corpora._signals import lazy, matlab_variable, numbered
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import Ai4erError
from ai4er.nn.electrodes import SEED_CHANNELS
from ai4er.records import Record, Records

TRIALS, TRAIN = 15, 9
_LABELS = {-1: "negative", 0: "neutral", 1: "positive"}
_FILE = re.compile(r"(?P<person>\d{1,2})_(?P<date>\d{8})\.mat")


class Reader(Corpus):
    """SEED; every record has arrays["eeg"] (samples, 62) in microvolt at 200 Hz. Attributes: clip, date, channels."""

    name: ClassVar[str] = "seed"
    title: ClassVar[str] = "SEED: SJTU Emotion EEG Dataset"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "W.-L. Zheng, B.-L. Lu: Investigating Critical Frequency Bands and Channels for EEG-based Emotion Recognition "
        "with Deep Neural Networks, IEEE Transactions on Autonomous Mental Development 7(3), 2015"
    )
    spaces: ClassVar[tuple[str, ...]] = ("seed3",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(("negative", "neutral", "positive"), 225)
    published_speakers: ClassVar[int | None] = 15

    def read(self) -> Records:
        files = numbered(self.root, _FILE)
        if not files:
            raise Ai4erError(f"corpus seed: no file below {self.root} is named like Preprocessed_EEG/1_20131027.mat")
        labels = self._labels()
        sessions: Counter[str] = Counter()
        records: list[Record] = []
        for name, path in files:
            sessions[name["person"]] += 1
            records += self._session(path, name, str(sessions[name["person"]]), labels)
        return Records(records)

    def _labels(self) -> list[str]:
        path = text_file(self.root, "label.mat")
        codes = np.ravel(matlab_variable(path, "label")).tolist()
        if len(codes) != TRIALS or not set(codes) <= set(_LABELS):
            raise Ai4erError(f"{path}: {TRIALS} labels of -1, 0 and 1 are expected, it has {codes}")
        return [_LABELS[code] for code in codes]

    def _session(self, path: Path, name: re.Match[str], session: str, labels: list[str]) -> Iterator[Record]:
        for clip, variable in trials(path, TRIALS).items():
            yield Record(
                id=f"{name['person']}_{session}_{clip:02d}",
                corpus=self.name,
                speaker=name["person"],
                session=session,
                split="train" if clip <= TRAIN else "test",
                arrays=lazy(eeg=partial(trial, path, variable)),
                label=labels[clip - 1],
                attributes={
                    "sample_rate": str(SAMPLE_RATE),
                    "channels": " ".join(SEED_CHANNELS),
                    "clip": str(clip),
                    "date": name["date"],
                },
            )
