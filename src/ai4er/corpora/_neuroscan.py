"""Continuous recordings of Neuroscan systems (.cnt), read part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError

_HEADER, _ELECTRODE = 900, 75
_CHANNELS_AT, _RATE_AT, _EVENTS_AT = 370, 376, 886
_BASELINE_AT, _SENSITIVITY_AT, _CALIBRATION_AT = 47, 59, 71
_UNIT = 204.8


@dataclass(frozen=True)
class Recording:
    """A continuous recording: its channels (upper case), its rate in hertz and where its samples are.

    A sample is worth (value - baseline) sensitivity calibration / 204.8 microvolt.
    """

    path: Path
    channels: tuple[str, ...]
    sample_rate: int
    samples: int
    kind: str
    baselines: np.ndarray
    scales: np.ndarray

    def read(self, start: float, end: float, channels: Sequence[str]) -> np.ndarray:
        """The signals between two seconds, (samples, channels) float32 in microvolt.

        Raises `Ai4erError` where the recording is shorter.
        """
        first, last = round(start * self.sample_rate), round(end * self.sample_rate)
        if last > self.samples:
            length = self.samples / self.sample_rate
            raise Ai4erError(
                f"{self.path}: {length:.0f} s long, but {start:g} to {end:g} s are expected; fetch it again"
            )
        where = [self.channels.index(name) for name in channels]
        offset = _HEADER + _ELECTRODE * len(self.channels)
        raw = np.memmap(self.path, self.kind, "r", offset, (self.samples, len(self.channels)))
        return ((raw[first:last][:, where] - self.baselines[where]) * self.scales[where]).astype(np.float32)


def open_recording(path: Path) -> Recording:
    """The header of a .cnt file. Raises `Ai4erError` for a file that is none, or that breaks off."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
        number = int.from_bytes(header[_CHANNELS_AT : _CHANNELS_AT + 2], "little") if len(header) == _HEADER else 0
        electrodes = file.read(_ELECTRODE * number)
        file.seek(0, 2)
        size = file.tell()
    if not header.startswith(b"Version") or not number or len(electrodes) < _ELECTRODE * number:
        raise Ai4erError(f"{path}: not a continuous recording of Neuroscan (.cnt); fetch it again")
    rows = [electrodes[i : i + _ELECTRODE] for i in range(0, len(electrodes), _ELECTRODE)]
    rate = int.from_bytes(header[_RATE_AT : _RATE_AT + 2], "little")
    events = int.from_bytes(header[_EVENTS_AT : _EVENTS_AT + 4], "little")
    begin = _HEADER + _ELECTRODE * number
    end = events if begin < events <= size else size
    return Recording(
        path=path,
        channels=tuple(row[:10].split(b"\0")[0].decode("latin-1").strip().upper() for row in rows),
        sample_rate=rate,
        samples=(end - begin) // (4 * number),
        kind="<i4",
        baselines=np.array([np.frombuffer(row, "<i2", 1, _BASELINE_AT)[0] for row in rows], np.float64),
        scales=np.array([_scale(row) for row in rows]),
    )


def _scale(row: bytes) -> float:
    sensitivity, calibration = (float(np.frombuffer(row, "<f4", 1, at)[0]) for at in (_SENSITIVITY_AT, _CALIBRATION_AT))
    return sensitivity * calibration / _UNIT
