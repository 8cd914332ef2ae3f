"""WESAD wrist features: 1,178 windows of 15 persons at rest, under stress, or amused.

46 features of each window: acceleration, electrodermal activity (phasic, tonic, SMNA), blood volume pulse
and skin temperature of the wrist device (Empatica E4), and respiration (chest belt); no raw signal. The
features were computed by M. Johnson (repository WJMatthew/WESAD) from WESAD (UCI Machine Learning
Repository, listed there as CC BY 4.0).

Layout: `may14_feats4.csv`, plain or gzipped, a row a window: an index, the features, `subject`, and `label`
(0 amusement, 1 baseline, 2 stress); `readmes.csv`, where it is there, with age, gender and more of the persons.

There is no official split: leave persons out.
Quirks: the columns `*_mean`, `*_min` and `*_max` hold the same three numbers for every signal (an error of the
source). The minimum and maximum are those of the blood volume pulse. The mean is no feature at all: it is
about half the number by which WESAD codes the label, and a linear classifier on this one column reaches a
mean recall of 0.96 on left-out persons, where the honest columns together reach about 0.6. So these columns
are left out unless `columns=all` asks for them. The columns `0_mean` to `0_max` are unnamed in the source.
A window is 21,000 rows of signals joined by their time stamps, 27.6 s: the frequencies in `BVP_peak_freq` are all
multiples of 8 / 1768 or 8 / 1769, pulse samples of such a window, as if there were 8 of them a second and not 64.
`net_acc_std` is the deviation of skin conductance under another name: in every person it follows the deviations of its
tonic and phasic part (correlation of logarithms 0.76 to 0.98), and motion hardly. The deviations of acceleration are
those of single axes times weights of a filter.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ai4er.corpora._tables import read_rows, whole_number
from ai4er.corpora.base import Corpus, find_text_file, text_file
from ai4er.errors import Ai4erError
from ai4er.features.wrist_statistics import scaled
from ai4er.records import Record, Records

LABELS = ("amusement", "baseline", "stress")
FEATURES = 46
_NOT_FEATURES = ("", "subject", "label")
_WRIST = {
    "net_acc_std": 1, "BVP_std": 1, "BVP_min": 1, "BVP_max": 1, "BVP_peak_freq": 8, "TEMP_std": 1, "TEMP_slope": 4,
}  # fmt: skip
"""The columns of `features/wrist_statistics.py` in its order, and what brings them to its units."""


class Reader(Corpus):
    """WESAD windows; every record has arrays["physiology"] (15,), and arrays["wrist_statistics"] (7,) out of them.

    `columns=sound` leaves out the columns that hold the label or copies; `columns=all` keeps all 46.
    """

    name: ClassVar[str] = "wesad_wrist_features"
    title: ClassVar[str] = "WESAD, features of the wrist device"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "WESAD: CC BY 4.0 as listed by UCI; the features: no licence text"
    citation: ClassVar[str] = (
        "P. Schmidt, A. Reiss, R. Duerichen, C. Marberger, K. Van Laerhoven: Introducing WESAD, a Multimodal Dataset "
        "for Wearable Stress and Affect Detection, ICMI 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("wesad3",)
    published: ClassVar[dict[str, int]] = {"baseline": 628, "stress": 355, "amusement": 195}
    published_speakers: ClassVar[int | None] = 15
    features: ClassVar[dict[str, str]] = {"physiology": "array:name=physiology"}
    quirks: ClassVar[tuple[str, ...]] = (
        "mean, minimum and maximum are the same numbers for every signal, and the mean gives the label away",
    )

    def __init__(self, root: Path, columns: Literal["sound", "all"] = "sound") -> None:
        super().__init__(root)
        self.columns = columns

    def read(self) -> Records:
        path = text_file(self.root, "may14_feats4.csv")
        rows = read_rows(path, ("subject", "label", *_WRIST))
        names = [name for name in (rows[0] if rows else {}) if name not in _NOT_FEATURES]
        if len(names) != FEATURES:
            raise Ai4erError(f"{path}: {len(names)} features where {FEATURES} are expected")
        if self.columns == "sound":
            names = [name for name in names if _sound(name)]
        persons = self._persons()
        return Records(self._record(number, row, names, path, persons) for number, row in enumerate(rows))

    def _record(
        self, number: int, row: dict[str, str], names: list[str], path: Path, persons: dict[str, dict[str, str]]
    ) -> Record:
        subject, label = f"S{row['subject']}", whole_number(path, row, "label")
        if label not in range(len(LABELS)):
            raise Ai4erError(f"{path}: row {number + 1} has the label {label}; 0, 1 and 2 are known")
        try:
            values = np.array([float(row[name]) for name in names], np.float32)
            wrist = np.array([float(row[name]) * factor for name, factor in _WRIST.items()])
        except ValueError as error:
            raise Ai4erError(f"{path}: row {number + 1}: {error}") from None
        return Record(
            id=f"{number:04d}",
            corpus=self.name,
            speaker=subject,
            arrays={"physiology": values, "wrist_statistics": scaled(wrist).astype(np.float32)},
            label=LABELS[label],
            attributes=persons.get(subject, {}),
        )

    def _persons(self) -> dict[str, dict[str, str]]:
        """What is known of each person, where `readmes.csv` is there."""
        path = find_text_file(self.root, "readmes.csv")
        rows = read_rows(path, ("age", "gender")) if path else []
        return {row[""]: {key: value for key, value in row.items() if key} for row in rows}


def _sound(name: str) -> bool:
    """Whether a column holds what its name says."""
    return name in ("BVP_min", "BVP_max") or not name.endswith(("_mean", "_min", "_max"))
