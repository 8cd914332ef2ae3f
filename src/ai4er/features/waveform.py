"""The samples themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.features._audio import AudioFrontEnd


class Waveform(AudioFrontEnd):
    """Samples (samples,) in [-1, 1]; of an item longer than `seconds` the first `seconds`.

    Before that, stretches of 10 ms whose level is below `silence` (decibels below full scale, such as -60) are left
    out; an item of silence alone stays whole.
    """

    timed: ClassVar[bool | None] = True

    seconds: float | None = Field(None, gt=0)
    silence: float | None = Field(None, lt=0)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        if self.silence is not None:
            raw = [_loud(samples, self.silence, max(1, self.sample_rate // 100)) for samples in raw]
        if self.seconds is None:
            return list(raw)
        longest = max(1, round(self.seconds * self.sample_rate))
        return [samples[:longest] for samples in raw]


def _loud(samples: np.ndarray, decibels: float, hop: int) -> np.ndarray:
    """The stretches of `hop` samples whose mean square is at least at this level."""
    edges = np.arange(0, len(samples), hop)
    power = np.add.reduceat(np.square(samples, dtype=np.float64), edges) if len(edges) else np.zeros(0)
    kept = np.repeat(power >= hop * 10 ** (decibels / 10), hop)[: len(samples)]
    return samples[kept] if kept.any() else samples


FRONT_END = Waveform
