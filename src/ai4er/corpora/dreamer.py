"""DREAMER: EEG and ECG, with cheap wireless devices, of people who watch film clips and rate how they feel.

23 persons (14 male, 9 female), 18 clips of 65 to 393 s each, 14 electrodes at 128 Hz, two ECG leads at 256 Hz. On
request from the owners (zenodo.org/record/546113), academic research only.

Layout, as of the release: one file `DREAMER.mat` with a struct of that name: `Data` (a cell for each person: Age,
Gender, EEG and ECG with the cells `baseline` and `stimuli` of (samples, channels), and ScoreValence, ScoreArousal,
ScoreDominance from 1 to 5). MATLAB files cannot be read in parts: reading takes some 4 GB for a moment, and the
records of one kind of signal some 0.8 GB.

`signals=eeg` (default) or `ecg`: the arrays of a record have one rate, that of these signals.
Label: `target` (valence, arousal or dominance) above `threshold` (3, the middle of the scale) is high, else low;
with a `margin` ratings that are no further from it are neither, and left out.
Official split: none. Leave persons out.
Quirks: the clips differ in length; the owners analysed the last minute of each (`last_seconds=60`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from ai4er.corpora._signals import level, matlab_variable, rated
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_ELECTRODES = "AF3 F7 F3 FC5 T7 P7 O1 O2 P8 T8 FC6 F4 F8 AF4"
EEG = tuple(_ELECTRODES.split())
_RATES = {"eeg": 128, "ecg": 256}
_CHANNELS = {"eeg": len(EEG), "ecg": 2}
_RATINGS = {"valence": "ScoreValence", "arousal": "ScoreArousal", "dominance": "ScoreDominance"}


class Reader(Corpus):
    """DREAMER. Arrays: `eeg` (samples, 14) at 128 Hz or `ecg` (samples, 2) at 256 Hz; `baseline`, the same before it.

    Dimensions: valence, arousal, dominance, 1 to 5. Attributes: clip, age, gender, channels.
    """

    name: ClassVar[str] = "dreamer"
    title: ClassVar[str] = "DREAMER"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "S. Katsigiannis, N. Ramzan: DREAMER: A Database for Emotion Recognition Through EEG and ECG Signals From "
        "Wireless Low-cost Off-the-Shelf Devices, IEEE Journal of Biomedical and Health Informatics 22(1), 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("low_high", "valence_arousal_1_5", "valence_arousal_dominance_1_5")
    published_speakers: ClassVar[int | None] = 23

    def __init__(
        self,
        root: Path,
        signals: Literal["eeg", "ecg"] = "eeg",
        target: Literal["valence", "arousal", "dominance"] = "valence",
        threshold: float = 3.0,
        margin: pydantic.NonNegativeFloat = 0.0,
        last_seconds: float | None = None,
    ) -> None:
        super().__init__(root)
        if last_seconds is not None and not last_seconds > 0:
            raise Ai4erError(f"corpus dreamer: last_seconds={last_seconds} must be above 0")
        self.signals = signals
        self.target = target
        self.threshold = threshold
        self.margin = margin
        self.last_seconds = last_seconds

    def read(self) -> Records:
        path = next((path for path in sorted(self.root.rglob("DREAMER.mat"))), None)
        if path is None:
            raise Ai4erError(f"corpus dreamer: no file DREAMER.mat below {self.root}")
        try:
            persons = matlab_variable(path, "DREAMER")["Data"]
            return Records(record for i, person in enumerate(persons, 1) for record in self._person(path, i, person))
        except (KeyError, IndexError, TypeError) as error:
            raise Ai4erError(
                f"{path}: {type(error).__name__} {error}: not the struct DREAMER with Data, and there EEG and scores"
            ) from None

    def _person(self, path: Path, number: int, person: dict[str, Any]) -> Iterator[Record]:
        signals = person[self.signals.upper()]
        scores = {name: np.ravel(person[field]) for name, field in _RATINGS.items()}
        for clip, (before, during) in enumerate(zip(signals["baseline"], signals["stimuli"])):
            dimensions = rated(tuple(scores), [float(values[clip]) for values in scores.values()])
            yield Record(
                id=f"{number:02d}_{clip + 1:02d}",
                corpus=self.name,
                speaker=f"{number:02d}",
                arrays={self.signals: self._signal(path, during, cut=True), "baseline": self._signal(path, before)},
                label=level(dimensions.get(self.target), self.threshold, self.margin),
                dimensions=dimensions,
                attributes={
                    "sample_rate": str(_RATES[self.signals]),
                    "channels": " ".join(EEG) if self.signals == "eeg" else "lead1 lead2",
                    "clip": str(clip + 1),
                    "age": str(person["Age"]),
                    "gender": str(person["Gender"]).lower(),
                },
            )

    def _signal(self, path: Path, values: np.ndarray, cut: bool = False) -> np.ndarray:
        signal = np.ascontiguousarray(values, np.float32)
        if signal.ndim != 2 or signal.shape[1] != _CHANNELS[self.signals]:
            raise Ai4erError(
                f"{path}: {self.signals} has the shape {signal.shape}; (samples, {_CHANNELS[self.signals]}) is expected"
            )
        if cut and self.last_seconds is not None:
            return signal[-round(self.last_seconds * _RATES[self.signals]) :].copy()
        return signal
