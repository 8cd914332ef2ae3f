"""The pitch of every frame as one of 256 levels, or none where speech is unvoiced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ai4er.augment.voice import pitch_contour
from ai4er.features._audio import AudioFrontEnd
from ai4er.features._pitch import HIGHEST, LOWEST

LEVELS = 256
_SECONDS = 0.01  # between two values of the contour
_DEVIATIONS = 4.0


class PitchBins(AudioFrontEnd):
    """(frames,) int64, one every `hop` samples: 0 where unvoiced, else 1 to 256.

    The logarithm of the pitch is measured in deviations from its mean over the item, four of which are half of the
    scale, so that it says nothing of how high a voice is; with `reference=range` the scale reaches from 60 to 600 Hz.
    Source: the quantisation of Qian et al., ICML 2020 (there by speaker, whose other recordings are not known in use).
    """

    integer: ClassVar[bool] = True

    hop: int = Field(256, gt=0)
    reference: Literal["item", "range"] = "item"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [self._bins(samples) for samples in raw]

    def _bins(self, samples: np.ndarray) -> np.ndarray:
        frames = 1 + len(samples) // self.hop
        frequency, voiced = pitch_contour(np.asarray(samples, np.float32), self.sample_rate)
        nearest = np.rint(np.arange(frames) * self.hop / (_SECONDS * self.sample_rate)).astype(int)
        nearest = nearest.clip(max=len(frequency) - 1)
        return quantised(np.where(voiced, frequency, 0)[nearest], self.reference)


def quantised(frequency: np.ndarray, reference: Literal["item", "range"] = "item") -> np.ndarray:
    """The level of every frequency in hertz (frames,), which is 0 where there is none.

    >>> quantised(np.array([0.0, 120.0, 120.0])).tolist()
    [0, 129, 129]
    """
    voiced = frequency > 0
    logarithm = np.log(np.maximum(frequency, 1))
    if reference == "range":
        share = (logarithm - np.log(LOWEST)) / np.log(HIGHEST / LOWEST)
    else:
        mean = logarithm[voiced].mean() if voiced.any() else 0.0
        deviation = max(float(logarithm[voiced].std()) if voiced.any() else 0.0, 1e-3)
        share = ((logarithm - mean) / deviation / _DEVIATIONS).clip(-1, 1) / 2 + 0.5
    levels = 1 + np.rint(share.clip(0, 1) * (LEVELS - 1)).astype(np.int64)
    return np.where(voiced, levels, 0)


FRONT_END = PitchBins
