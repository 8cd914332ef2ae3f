"""WESAD: body signals of people at rest, amused, under stress and in meditation, with a sensor at the chest.

15 persons (2 to 17 without 12); the chest device (RespiBAN) at 700 Hz. From the owners (Bosch and University of
Siegen; archive.ics.uci.edu), CC BY 4.0 as listed by UCI.

Layout, as of the release and its readme: for each person a folder with `S2_respiban.txt` (a header whose JSON names
the sensors; ten columns: number, ignored, ECG, EDA, EMG, TEMP, three of XYZ, RESPIRATION as raw values of 16 bits)
and `S2_quest.csv` (separated by semicolons: `# ORDER` of the conditions, `# START` and `# END` in minutes.seconds
from the start of that recording, `# DIM` valence and arousal from 1 to 9 after each condition). `S2_readme.txt`
gives age and gender. `S2.pkl` is a pickle, which runs code when it is read, and is never read; it holds the same
signals. The wrist device (`S2_E4_Data.zip`) has a clock of its own, which the owners aligned by hand: it is not read
(see `wesad_wrist_features`).

Records are windows of `seconds` (60) inside a condition, one behind the other; the person is the speaker and a
condition of a person the dialogue. Signals are read from their text when they are asked for (4 million rows a
person: many seconds each time another person's are asked for), in the units of the readme.
Classes: baseline, stress, amusement; meditation has no label. Reading aloud (sRead, fRead, bRead) is left out, as
the owners say.
Official split: none; the owners leave one person out.
Quirks: minutes.seconds lose a zero at the end: 50.3 are 50 minutes and 30 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._signals import lazy, numbered, numbers, one_at_a_time
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SAMPLE_RATE = 700
CONDITIONS = {"Base": "baseline", "TSST": "stress", "Fun": "amusement", "Medi 1": None, "Medi 2": None}
SIGNALS = ("ecg", "eda", "emg", "temperature", "acceleration_x", "acceleration_y", "acceleration_z", "respiration")
_SENSORS = ["ECG", "EDA", "EMG", "TEMP", "XYZ", "XYZ", "XYZ", "RESPIRATION"]
_FILE = re.compile(r"S(?P<person>\d+)_quest\.csv")
_VOLTS, _STEPS = 3.0, 2.0**16


class Reader(Corpus):
    """WESAD, chest. Arrays at 700 Hz: `ecg` (samples,) in mV and `physiology` (samples, 8), in the order of `SIGNALS`.

    Dimensions: valence, arousal, 1 to 9, of the whole condition. Attributes: condition, seconds_in, age, gender,
    physiology_channels.
    """

    name: ClassVar[str] = "wesad"
    title: ClassVar[str] = "WESAD: Wearable Stress and Affect Detection"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "CC BY 4.0 as listed by UCI"
    citation: ClassVar[str] = (
        "P. Schmidt, A. Reiss, R. Duerichen, C. Marberger, K. Van Laerhoven: Introducing WESAD, a Multimodal Dataset "
        "for Wearable Stress and Affect Detection, ICMI 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("wesad3", "valence_arousal_1_9")
    published_speakers: ClassVar[int | None] = 15

    def __init__(self, root: Path, seconds: float = 60.0) -> None:
        super().__init__(root)
        if not seconds >= 1:
            raise Ai4erError(f"corpus wesad: seconds={seconds} must be at least 1")
        self.seconds = seconds

    def read(self) -> Records:
        files = numbered(self.root, _FILE)
        if not files:
            raise Ai4erError(f"corpus wesad: no file below {self.root} is named like S2/S2_quest.csv")
        records = Records(record for name, path in files for record in self._person(path, f"S{name['person']}"))
        if not records:
            raise Ai4erError(f"corpus wesad: no condition lasts {self.seconds:g} s")
        return records

    def _person(self, path: Path, person: str) -> Iterator[Record]:
        signals = path.with_name(f"{person}_respiban.txt")
        if not signals.is_file():
            raise Ai4erError(
                f"{signals}: no such file; it holds the signals of the chest ({person}.pkl is a pickle and not read)"
            )
        about = _about(path.with_name(f"{person}_readme.txt"))
        for condition, start, end, dimensions in schedule(path):
            for number in range(int((end - start) / self.seconds)):
                begin = start + number * self.seconds
                yield Record(
                    id=f"{person}_{condition.replace(' ', '')}_{number:02d}",
                    corpus=self.name,
                    speaker=person,
                    dialogue=f"{person}_{condition.replace(' ', '')}",
                    turn=number,
                    arrays=lazy(
                        ecg=partial(lead, signals, begin, begin + self.seconds),
                        physiology=partial(window, signals, begin, begin + self.seconds),
                    ),
                    label=CONDITIONS[condition],
                    dimensions=dimensions,
                    attributes={
                        "sample_rate": str(SAMPLE_RATE),
                        "physiology_channels": " ".join(SIGNALS),
                        "condition": condition,
                        "seconds_in": f"{begin:g}",
                        **about,
                    },
                )


def schedule(path: Path) -> list[tuple[str, float, float, dict[str, float]]]:
    """The conditions of a person in their order: name, start and end in seconds, valence and arousal.

    Raises `Ai4erError` for a table without the lines ORDER, START and END, or with other times.
    """
    rows: dict[str, list[list[str]]] = {}
    for line in read_text(path).splitlines():
        name, *fields = (field.strip() for field in line.split(";"))
        rows.setdefault(name.removeprefix("#").strip(), []).append(fields)
    try:
        order, starts, ends = (rows[name][0] for name in ("ORDER", "START", "END"))
        times = [(name, _seconds(a), _seconds(b)) for name, a, b in zip(order, starts, ends) if name in CONDITIONS]
        felt = [{"valence": float(row[0]), "arousal": float(row[1])} for row in rows.get("DIM", [])]
    except (KeyError, ValueError, IndexError) as error:
        raise Ai4erError(f"{path}: no lines # ORDER, # START, # END and # DIM of WESAD ({error})") from None
    if not times or (felt and len(felt) != len(times)):
        raise Ai4erError(f"{path}: {len(times)} conditions and {len(felt)} lines # DIM; five of each are expected")
    return [(*row, felt[i] if felt else {}) for i, row in enumerate(times)]


def _seconds(text: str) -> float:
    """The seconds of minutes.seconds.

    >>> _seconds("7.08"), _seconds("50.3"), _seconds("77")
    (428.0, 3030.0, 4620.0)
    """
    minutes, _, seconds = text.partition(".")
    return 60.0 * int(minutes) + int((seconds + "00")[:2])


def _about(path: Path) -> dict[str, str]:
    """Age and gender, where the readme is there."""
    text = read_text(path) if path.is_file() else ""
    found = {name: re.search(rf"^{name}:\s*(\w+)", text, re.MULTILINE | re.IGNORECASE) for name in ("age", "gender")}
    return {name: match[1].lower() for name, match in found.items() if match}


def lead(path: Path, start: float, end: float) -> np.ndarray:
    """The ECG of a part of a recording, (samples,) in mV."""
    return window(path, start, end)[:, 0]


def window(path: Path, start: float, end: float) -> np.ndarray:
    """All signals of a part of a recording, (samples, 8), in mV, microsiemens, mV, degrees Celsius, g and percent."""
    raw = recording(path)
    first, last = round(start * SAMPLE_RATE), round(start * SAMPLE_RATE) + round((end - start) * SAMPLE_RATE)
    if last > len(raw):
        raise Ai4erError(f"{path}: {len(raw) / SAMPLE_RATE:.0f} s long, but {end:g} s are expected; fetch it again")
    return in_units(raw[first:last])


def in_units(raw: np.ndarray) -> np.ndarray:
    """Raw values of 16 bits in the units of the owners' readme, (samples, 8)."""
    values = raw.astype(np.float64)
    share = values / _STEPS
    volts = values[:, 3] * _VOLTS / (_STEPS - 1)
    ohms = np.log(1e4 * volts / (_VOLTS - volts))
    kelvin = 1 / (1.12764514e-3 + 2.34282709e-4 * ohms + 8.77303013e-8 * ohms**3)
    units = np.empty_like(values)
    units[:, 0] = (share[:, 0] - 0.5) * _VOLTS
    units[:, 1] = share[:, 1] * _VOLTS / 0.12
    units[:, 2] = (share[:, 2] - 0.5) * _VOLTS
    units[:, 3] = kelvin - 273.15
    units[:, 4:7] = (values[:, 4:7] - 28000) / 10000 * 2 - 1
    units[:, 7] = (share[:, 7] - 0.5) * 100
    return units


@one_at_a_time
def recording(path: Path) -> np.ndarray:
    """The raw values of a whole recording, (samples, 8)."""
    with path.open(encoding="utf-8", errors="replace") as file:
        head = "".join(line for line, _ in zip(file, range(3)) if line.startswith("#"))
    sensors = re.search(r'"sensor":\s*\[([^\]]*)\]', head)
    named = re.findall(r'"(\w+)"', sensors[1]) if sensors else []
    if named != _SENSORS:
        raise Ai4erError(f"{path}: the header names the sensors {named}; {_SENSORS} are expected")
    return numbers(path, range(2, 2 + len(SIGNALS)), delimiter=None)
