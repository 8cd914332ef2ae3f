"""DEAP: EEG and body signals of people who watch music videos and rate how they feel.

32 persons, 40 one-minute excerpts each, 32 electrodes and 8 body signals at 128 Hz. On request from the owners
(Queen Mary University of London, eecs.qmul.ac.uk/mmv/datasets/deap), academic research only.

Layout, as of the release: `data_preprocessed_matlab/s01.mat` with `data` (40 trials, 40 channels, 8064 samples: 3 s
before the excerpt and its 60 s) and `labels` (40, 4: valence, arousal, dominance, liking from 1 to 9). The Python
release (`data_preprocessed_python/s01.dat`) holds pickles, which run code when they are read, and is refused.

A trial is a record; its signals are read from the file whenever they are asked for (all would take 1.7 GB).
Label: `target` (valence, arousal, dominance or liking) above `threshold` (5, the middle of the scale) is high, else
low; with `margin=1` ratings from 4 to 6 are neither, and left out.
Official split: none. Leave persons out.
Quirks: the release was cut off below 4 Hz and above 45 Hz, so there is no delta rhythm; the order of the trials is
that of the excerpts, not the one in which a person saw them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pydantic

from ai4er.corpora._signals import lazy, level, matlab_signal, matlab_variable, numbered, rated
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SAMPLE_RATE, BASELINE = 128, 3 * 128
TRIALS, CHANNELS, SAMPLES = 40, 40, 8064
_ELECTRODES = (
    "FP1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 OZ PZ FP2 AF4 FZ F4 F8 FC6 FC2 CZ C4 T8 CP6 CP2 P4 P8 PO4 O2"
)
EEG = tuple(_ELECTRODES.split())
BODY = (
    "horizontal_eog",
    "vertical_eog",
    "zygomaticus_emg",
    "trapezius_emg",
    "gsr",
    "respiration",
    "bvp",
    "temperature",
)
_RATINGS = ("valence", "arousal", "dominance", "liking")
_FILE = re.compile(r"s(?P<person>\d\d)\.mat")


class Reader(Corpus):
    """DEAP. Arrays, at 128 Hz: `eeg` (samples, 32), `baseline` (384, 32) before it, `physiology` (samples, 8).

    Dimensions: valence, arousal, dominance, liking, 1 to 9. Attributes: clip, channels, physiology_channels.
    """

    name: ClassVar[str] = "deap"
    title: ClassVar[str] = "DEAP: a Database for Emotion Analysis using Physiological Signals"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "S. Koelstra et al.: DEAP: A Database for Emotion Analysis Using Physiological Signals, IEEE Transactions on "
        "Affective Computing 3(1), 2012"
    )
    spaces: ClassVar[tuple[str, ...]] = ("low_high", "valence_arousal_1_9", "valence_arousal_dominance_1_9")
    published_speakers: ClassVar[int | None] = 32

    def __init__(
        self,
        root: Path,
        target: Literal["valence", "arousal", "dominance", "liking"] = "valence",
        threshold: float = 5.0,
        margin: pydantic.NonNegativeFloat = 0.0,
    ) -> None:
        super().__init__(root)
        self.target = target
        self.threshold = threshold
        self.margin = margin

    def read(self) -> Records:
        files = numbered(self.root, _FILE)
        if not files:
            pickles = any(self.root.rglob("s[0-9][0-9].dat"))
            hint = (
                "; s01.dat is the Python release, a pickle that is not read: take data_preprocessed_matlab"
                if pickles
                else ""
            )
            raise Ai4erError(
                f"corpus deap: no file below {self.root} is named like data_preprocessed_matlab/s01.mat{hint}"
            )
        return Records(record for name, path in files for record in self._person(path, name["person"]))

    def _person(self, path: Path, person: str) -> Iterator[Record]:
        labels = np.asarray(matlab_variable(path, "labels"), np.float64)
        if labels.shape != (TRIALS, len(_RATINGS)):
            raise Ai4erError(f"{path}: labels have the shape {labels.shape}; ({TRIALS}, {len(_RATINGS)}) is expected")
        for clip, ratings in enumerate(labels, start=1):
            dimensions = rated(_RATINGS, ratings)
            yield Record(
                id=f"s{person}_{clip:02d}",
                corpus=self.name,
                speaker=f"s{person}",
                arrays=lazy(
                    eeg=partial(part, path, clip, 0, BASELINE, SAMPLES),
                    baseline=partial(part, path, clip, 0, 0, BASELINE),
                    physiology=partial(part, path, clip, len(EEG), BASELINE, SAMPLES),
                ),
                label=level(dimensions.get(self.target), self.threshold, self.margin),
                dimensions=dimensions,
                attributes={
                    "sample_rate": str(SAMPLE_RATE),
                    "channels": " ".join(EEG),
                    "physiology_channels": " ".join(BODY),
                    "clip": str(clip),
                },
            )


def part(path: Path, clip: int, first: int, begin: int, end: int) -> np.ndarray:
    """The electrodes (from channel 0) or body signals (from channel 32) of a trial, (samples, channels)."""
    signals = matlab_signal(path, "data")
    if signals.shape != (TRIALS, CHANNELS, SAMPLES):
        raise Ai4erError(f"{path}: data has the shape {signals.shape}; ({TRIALS}, {CHANNELS}, {SAMPLES}) is expected")
    return signals[clip - 1, first : first + (len(EEG) if first == 0 else len(BODY)), begin:end].T
