"""Recordings of the body: EEG of a Muse headband, and what an Empatica E4 wrist device exports.

They are cut into windows of the length that the shipped recognizers learnt from, one behind the other. What cannot be
judged is left out: windows across a gap, with numbers missing, or with a signal that never changes (no contact).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import numpy as np

from ai4er.corpora.eeg_muse_mental_state import COLUMNS as MUSE_COLUMNS
from ai4er.corpora.eeg_muse_mental_state import SAMPLE_RATE, load_muse, window_starts
from ai4er.errors import Ai4erError
from ai4er.features.wrist_statistics import RATES
from ai4er.records import Record

BodyKind = Literal["eeg", "wrist"]
EEG_SECONDS = 4.0
WRIST_SECONDS = 21_000 / 760
"""The windows of the published tables: 21,000 time stamps of signals of 700 Hz, 64 Hz and their divisors."""
SUFFIXES = (".zip",)
"""Files that can be nothing else."""

_FILES = {"bvp": "BVP.csv", "eda": "EDA.csv", "temperature": "TEMP.csv"}
_LARGEST = 400_000_000
"""Bytes of text of one signal: a week of the pulse."""
_RATE_ERROR = 0.05


@dataclass(frozen=True)
class Window:
    """What a recognizer reads of a stretch from `start` to `end`, in seconds from the beginning of the recording."""

    start: float
    end: float
    record: Record


@dataclass(frozen=True)
class Signal:
    """Samples (samples,) at `rate` hertz from `start`, in seconds of the device's clock."""

    start: float
    rate: float
    samples: np.ndarray

    @property
    def end(self) -> float:
        """When the last sample is over."""
        return self.start + len(self.samples) / self.rate

    def cut(self, start: float, seconds: float) -> np.ndarray:
        """The samples of so many seconds from a time of the device's clock."""
        first = round((start - self.start) * self.rate)
        return self.samples[first : first + round(seconds * self.rate)]


def body_kind(path: Path) -> BodyKind | None:
    """What a folder or file is: `wrist` for an export of an E4, `eeg` for a table of a Muse, None for anything else."""
    if path.is_dir():
        return "wrist" if (path / _FILES["bvp"]).is_file() else None
    if path.suffix.lower() in SUFFIXES:
        return "wrist"
    if path.suffix.lower() != ".csv":
        return None
    with path.open("rb") as stream:
        header = stream.readline(1000).decode("utf-8", "replace")
    names = {name.strip() for name in header.split(",")}
    return "eeg" if names >= set(MUSE_COLUMNS) else None


def body_windows(path: Path, kind: BodyKind) -> tuple[list[Window], float]:
    """The windows of a recording in order, and its length in seconds.

    Raises `Ai4erError` for a file that is damaged, of another device, or holds no window that can be judged.
    """
    found, seconds, length = (_muse if kind == "eeg" else _e4)(path)
    whole = [window for window in found if _sound(window.record)]
    if not whole:
        raise Ai4erError(
            f"{path}: {seconds:.1f} s without a stretch of {length:.1f} s in which every signal is there and changes"
        )
    return whole, seconds


def _sound(record: Record) -> bool:
    """Whether every signal has numbers only and changes; the skin may stay as warm as it is."""
    parts = (array for name, array in record.arrays.items() if name != "temperature")
    return all(np.isfinite(array).all() for array in record.arrays.values()) and all(
        bool((np.ptp(array, axis=0) > 0).all()) for array in parts
    )


def _muse(path: Path) -> tuple[list[Window], float, float]:
    times, signals = load_muse(path)
    if len(times) < 2:
        raise Ai4erError(f"{path}: {len(times)} samples, and a recording has more")
    rate = 1 / max(float(np.median(np.diff(times))), 1e-9)
    if not abs(rate / SAMPLE_RATE - 1) < _RATE_ERROR:
        raise Ai4erError(f"{path}: {rate:.1f} samples a second by its time stamps; a Muse gives {SAMPLE_RATE}")
    samples = round(EEG_SECONDS * SAMPLE_RATE)
    starts = window_starts(times, samples)
    windows = [
        Window(
            float(times[first] - times[0]),
            float(times[first] - times[0]) + EEG_SECONDS,
            Record(
                id=str(number), corpus="recording", arrays={"eeg": signals[first : first + samples]},
                attributes={"sample_rate": str(SAMPLE_RATE)},
            ),
        )
        for number, first in enumerate(starts)
    ]  # fmt: skip
    return windows, float(times[-1] - times[0]), EEG_SECONDS


def _e4(path: Path) -> tuple[list[Window], float, float]:
    signals = {name: _signal(path, file) for name, file in _FILES.items()}
    begin, end = max(s.start for s in signals.values()), min(s.end for s in signals.values())
    rates = {f"{name}_rate": str(signal.rate) for name, signal in signals.items()}
    windows = []
    for number in range(max(0, int((end - begin) / WRIST_SECONDS))):
        start = number * WRIST_SECONDS
        arrays = {name: signal.cut(begin + start, WRIST_SECONDS) for name, signal in signals.items()}
        record = Record(id=str(number), corpus="recording", arrays=arrays, attributes=rates)
        windows.append(Window(start, start + WRIST_SECONDS, record))
    return windows, max(0.0, end - begin), WRIST_SECONDS


def _signal(path: Path, file: str) -> Signal:
    """A signal of an export: its start (Unix time), its rate in hertz, then a sample a line."""
    try:
        with _opened(path, file) as stream:
            values = np.loadtxt(io.TextIOWrapper(stream, "utf-8", "replace"), np.float64, delimiter=",", ndmin=2)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise Ai4erError(f"{path}: {file} is not a whole signal of an E4 ({str(error).splitlines()[0]})") from None
    if len(values) < 3 or values.shape[1] != 1:
        raise Ai4erError(f"{path}: {file} must hold a start, a rate and a sample a line")
    start, rate = values[:2, 0]
    usual = next(RATES[name] for name, known in _FILES.items() if known == file)
    if not (np.isfinite(start) and abs(rate / usual - 1) < _RATE_ERROR):
        raise Ai4erError(
            f"{path}: {file} begins with {start:g} and {rate:g}, where a start and a rate of {usual:g} Hz belong"
        )
    return Signal(float(start), float(rate), values[2:, 0].astype(np.float32))


@contextmanager
def _opened(path: Path, file: str) -> Iterator[IO[bytes]]:
    """A file of an export, which is a folder or an archive of one."""
    if path.is_dir():
        if not (path / file).is_file():
            raise Ai4erError(f"{path}: no {file}; an export of an E4 has {', '.join(_FILES.values())}")
        with (path / file).open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        there = [entry for entry in archive.infolist() if Path(entry.filename).name == file]
        if len(there) != 1:
            raise Ai4erError(f"{path}: {len(there)} files {file}; the archive of one export of an E4 has one")
        if there[0].file_size > _LARGEST:
            raise Ai4erError(f"{path}: {file} is larger than {_LARGEST // 1_000_000} MB: cut the recording into parts")
        with archive.open(there[0]) as stream:
            yield stream
