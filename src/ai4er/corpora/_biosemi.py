"""Recordings of BioSemi systems (.bdf, 24 bits), read part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError

_HEADER = 256
_FIELDS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
"""How many characters each field of a channel has: label, transducer, unit, physical and digital minimum and maximum,
filter, samples of a data record, reserved."""


@dataclass(frozen=True)
class Recording:
    """A recording of `records` data records with `samples` samples of every channel each."""

    path: Path
    channels: tuple[str, ...]
    sample_rate: float
    records: int
    samples: int
    scales: np.ndarray
    offsets: np.ndarray

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return self.records * self.samples / self.sample_rate

    def read(self, start: float, end: float, channels: Sequence[str]) -> np.ndarray:
        """The signals between two seconds, (samples, channels) float32 in the unit of the file.

        Raises `Ai4erError` for a channel that is not there.
        """
        missing = [name for name in channels if name not in self.channels]
        if missing:
            raise Ai4erError(f"{self.path}: no channel {', '.join(missing)}; it has {', '.join(self.channels)}")
        where = [self.channels.index(name) for name in channels]
        first, last = (round(second * self.sample_rate) for second in (start, end))
        shape = (self.records, len(self.channels), self.samples, 3)
        raw = np.memmap(self.path, np.uint8, "r", _HEADER * (1 + len(self.channels)), shape)
        begin = first // self.samples
        part = raw[begin : -(-last // self.samples)][:, where].astype(np.int32)
        values = part[..., 0] | part[..., 1] << 8 | part[..., 2] << 16
        values -= (values & 0x800000) << 1
        signals = values.transpose(0, 2, 1).reshape(-1, len(where))[first - begin * self.samples :][: last - first]
        return (signals * self.scales[where] + self.offsets[where]).astype(np.float32)


def open_recording(path: Path) -> Recording:
    """The header of a .bdf file. Raises `Ai4erError` for a file that is none, or that breaks off."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
            if header[1:8] != b"BIOSEMI":
                raise ValueError("it does not begin with BIOSEMI")
            number = int(header[252:256])
            fields = [[file.read(width).decode("latin-1").strip() for _ in range(number)] for width in _FIELDS]
        seconds = float(header[244:252])
        sizes = {int(size) for size in fields[8]}
        low, high, least, most = (np.array(fields[i], np.float64) for i in (3, 4, 5, 6))
        if len(sizes) != 1:
            raise ValueError("its channels differ in rate")
    except (ValueError, OSError) as error:
        raise Ai4erError(f"{path}: not a recording of BioSemi (.bdf): {error}; fetch it again") from None
    samples = sizes.pop()
    scales = (high - low) / (most - least)
    return Recording(
        path=path,
        channels=tuple(fields[0]),
        sample_rate=samples / seconds,
        records=(path.stat().st_size - _HEADER * (1 + number)) // (3 * number * samples),
        samples=samples,
        scales=scales,
        offsets=low - least * scales,
    )
