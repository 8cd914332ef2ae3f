"""The samples themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.features._audio import AudioFrontEnd


class Waveform(AudioFrontEnd):
    """Samples (samples,) in [-1, 1]; of an item longer than `seconds` the first `seconds`."""

    timed: ClassVar[bool | None] = True

    seconds: float | None = Field(None, gt=0)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        if self.seconds is None:
            return list(raw)
        longest = max(1, round(self.seconds * self.sample_rate))
        return [samples[:longest] for samples in raw]


FRONT_END = Waveform
