"""SWELL-KW: knowledge workers under three conditions of work: undisturbed, interrupted by mail, under time pressure.

25 persons, about three hours each; here heart rate, its variability and skin conductance of every minute. Open from
the owners (Radboud University and TNO, doi.org/10.17026/dans-x55-69zp), CC BY-NC-SA 4.0 as listed there.

Layout, as of the release: `D - Physiology features (HR_HRV_SCL - final).csv` (of `3 - Feature dataset/per sensor`)
with the columns PP (person), Condition (N neutral, I interruptions, T time pressure, R rest), timestamp, HR, RMSSD
and SCL. Other columns and the features of screen, face and posture are not read. 999 stands for a value that is
missing.

A minute is a record; a person under a condition is a dialogue. Rest has no label. Rows with a missing value are left
out and reported by `check`.
Official split: none; leave persons out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

FEATURES = ("HR", "RMSSD", "SCL")
_TABLE = "D - Physiology features (HR_HRV_SCL - final).csv"
_CONDITIONS = {"N": "neutral", "I": "interruption", "T": "time_pressure", "R": None}
_MISSING = ("", "999", "999.0", "NaN", "#VALUE!")


class Reader(Corpus):
    """SWELL-KW; every record has arrays["physiology"] (3,): HR, RMSSD, SCL. Attributes: condition, timestamp."""

    name: ClassVar[str] = "swell"
    title: ClassVar[str] = "SWELL-KW: knowledge work under stress"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "CC BY-NC-SA 4.0 as listed by the archive"
    citation: ClassVar[str] = (
        "S. Koldijk, M. Sappelli, S. Verberne, M. A. Neerincx, W. Kraaij: The SWELL Knowledge Work Dataset for Stress "
        "and User Modeling Research, ICMI 2014"
    )
    spaces: ClassVar[tuple[str, ...]] = ("swell3",)
    published_speakers: ClassVar[int | None] = 25
    features: ClassVar[dict[str, str]] = {"physiology": "array:name=physiology"}

    def read(self) -> Records:
        return Records(record for record, whole in self._rows() if whole)

    def left_out(self) -> list[str]:
        broken = sum(not whole for _, whole in self._rows())
        return [f"rows with a missing value ({broken})"] if broken else []

    def _rows(self) -> Iterator[tuple[Record, bool]]:
        """Every minute, and whether all its values are there."""
        path = text_file(self.root, _TABLE)
        for number, row in enumerate(read_rows(path, ("PP", "Condition", "timestamp", *FEATURES)), start=1):
            person, condition = row["PP"].strip(), row["Condition"].strip().upper()
            if condition not in _CONDITIONS:
                raise Ai4erError(f"{path}: row {number} has the condition {condition!r}; N, I, T and R are known")
            whole = not any(row[name].strip() in _MISSING for name in FEATURES)
            try:
                values = np.array([float(row[name]) if whole else 0 for name in FEATURES], np.float32)
            except ValueError as error:
                raise Ai4erError(f"{path}: row {number}: {error}") from None
            yield (
                Record(
                    id=f"{number:05d}",
                    corpus=self.name,
                    speaker=person,
                    dialogue=f"{person}_{condition}",
                    turn=number,
                    arrays={"physiology": values},
                    label=_CONDITIONS[condition],
                    attributes={"condition": condition, "timestamp": row["timestamp"].strip()},
                ),
                whole,
            )
