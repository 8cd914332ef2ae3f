"""AMIGOS: EEG, ECG and skin conductance of people who watch videos, alone and in groups, and rate how they feel.

40 persons, 16 short videos each and 4 long ones for most; 14 electrodes, two ECG leads and skin conductance at 128
Hz. On request from the owners (Queen Mary University of London, eecs.qmul.ac.uk/mmv/datasets/amigos), academic
research only.

Layout, as of the preprocessed release: `Data_Preprocessed_P01.mat` (often in a folder of that name) with `VideoIDs`,
`joined_data` (a cell for each video: (samples, 17), 14 electrodes, ECG of the right and of the left arm, skin
conductance), `labels_selfassessment` (arousal, valence, dominance, liking, familiarity from 1 to 9, then neutral,
disgust, happiness, surprise, anger, fear, sadness as 0 or 1) and `labels_ext_annotation` (segment of 20 s, valence,
arousal from -1 to 1).

A video of a person is a record; its signals are read from the file whenever they are asked for. Reading opens every
file once, to see which signals are there: a minute or two.
Label: `target` (valence, arousal or dominance, as the person rated it) above `threshold` (5, the middle) is high,
else low; with `margin=1` ratings from 4 to 6 are neither, and left out.
Official split: none. Leave persons out.
Quirks: some videos were not seen (8, 24 and 28 saw no long ones) or not rated, and some signals are not numbers
throughout; such videos are left out, such signals are missing. The 5 s before a video are part of its signals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from ai4er.corpora._signals import lazy, level, matlab_variable, numbered, one_at_a_time, rated
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SAMPLE_RATE = 128
_ELECTRODES = "AF3 F7 F3 FC5 T7 P7 O1 O2 P8 T8 FC6 F4 F8 AF4"
EEG = tuple(_ELECTRODES.split())
COLUMNS = {"eeg": (0, 14), "ecg": (14, 16), "gsr": (16, 17)}
SHORT = 16
"""The first 16 videos are the short ones."""

_RATINGS = ("arousal", "valence", "dominance", "liking", "familiarity")
_EMOTIONS = ("neutral", "disgust", "happiness", "surprise", "anger", "fear", "sadness")
_FILE = re.compile(r"Data_Preprocessed_P(?P<person>\d\d)\.mat")


class Reader(Corpus):
    """AMIGOS. Arrays, at 128 Hz, where they are sound: `eeg` (samples, 14), `ecg` (samples, 2), `gsr` (samples, 1).

    Dimensions: arousal, valence, dominance, liking, familiarity, 1 to 9. Attributes: video, long (true or false), felt
    (emotions by name), external_valence and external_arousal (means over the video, -1 to 1), channels.
    """

    name: ClassVar[str] = "amigos"
    title: ClassVar[str] = "AMIGOS: a dataset for Affect, personality and Mood research on Individuals and GrOupS"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "J. A. Miranda-Correa, M. K. Abadi, N. Sebe, I. Patras: AMIGOS: A Dataset for Affect, Personality and Mood "
        "Research on Individuals and Groups, IEEE Transactions on Affective Computing 12(2), 2021"
    )
    spaces: ClassVar[tuple[str, ...]] = ("low_high", "valence_arousal_1_9", "valence_arousal_dominance_1_9")
    published_speakers: ClassVar[int | None] = 40

    def __init__(
        self,
        root: Path,
        target: Literal["valence", "arousal", "dominance"] = "valence",
        threshold: float = 5.0,
        margin: pydantic.NonNegativeFloat = 0.0,
        videos: Literal["short", "long", "all"] = "short",
    ) -> None:
        super().__init__(root)
        self.target = target
        self.threshold = threshold
        self.margin = margin
        self.videos = videos

    def read(self) -> Records:
        files = numbered(self.root, _FILE)
        if not files:
            raise Ai4erError(f"corpus amigos: no file below {self.root} is named like Data_Preprocessed_P01.mat")
        return Records(record for name, path in files for record in self._person(path, f"P{name['person']}"))

    def _person(self, path: Path, person: str) -> Iterator[Record]:
        names, ratings, external = (
            cells(path, name) for name in ("VideoIDs", "labels_selfassessment", "labels_ext_annotation")
        )
        signals = cells(path, "joined_data")
        if not len(names) == len(ratings) == len(external) == len(signals):
            raise Ai4erError(f"{path}: VideoIDs, joined_data and the labels are not of the same number of videos")
        for number, values in enumerate(np.ravel(np.asarray(row, np.float64)) for row in ratings):
            is_long = number >= SHORT
            sound = self._sound(path, signals[number])
            if len(values) < len(_RATINGS) or not sound or self.videos == ("short" if is_long else "long"):
                continue
            dimensions = rated(_RATINGS, values.tolist())
            felt = values[len(_RATINGS) :]
            yield Record(
                id=f"{person}_{number + 1:02d}",
                corpus=self.name,
                speaker=person,
                arrays=lazy(**{name: partial(signal, path, number, name) for name in sound}),
                label=level(dimensions.get(self.target), self.threshold, self.margin),
                dimensions=dimensions,
                attributes={
                    "sample_rate": str(SAMPLE_RATE),
                    "channels": " ".join(EEG),
                    "video": str(names[number]),
                    "long": str(is_long).lower(),
                    "felt": " ".join(name for name, value in zip(_EMOTIONS, felt) if value == 1),
                    **_external(external[number]),
                },
            )

    @staticmethod
    def _sound(path: Path, values: Any) -> list[str]:
        """The signals of a video that are numbers throughout."""
        table = np.asarray(values, np.float64)
        if not table.size:
            return []
        if table.ndim != 2 or table.shape[1] < COLUMNS["gsr"][1]:
            raise Ai4erError(f"{path}: joined_data has a cell of the shape {table.shape}; (samples, 17) is expected")
        return [name for name, (first, last) in COLUMNS.items() if np.isfinite(table[:, first:last]).all()]


def _external(values: Any) -> dict[str, str]:
    """The mean valence and arousal that the outside annotators saw, where there are any."""
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or table.shape[1] < 3 or not len(table):
        return {}
    return {f"external_{name}": f"{table[:, column].mean():.4f}" for column, name in ((1, "valence"), (2, "arousal"))}


@one_at_a_time
def cells(path: Path, name: str) -> list[Any]:
    """The cells of a variable, one for each video."""
    found = matlab_variable(path, name)
    return list(found) if isinstance(found, (list, np.ndarray)) else [found]


def signal(path: Path, number: int, name: str) -> np.ndarray:
    """A signal of a video, (samples, channels)."""
    first, last = COLUMNS[name]
    return np.asarray(cells(path, "joined_data")[number], np.float32)[:, first:last]
