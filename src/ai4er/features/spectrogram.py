"""Spectrogram of short-time Fourier transforms, equal to that of librosa."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from ai4er.features._audio import AudioFrontEnd
from ai4er.features._spectrum import decibels, frame_counts, hamming, map_frames, power_spectrum, split


class Spectrogram(AudioFrontEnd):
    """Magnitudes, or power in decibels, of the lowest `bins` frequencies (frames, bins); None keeps n_fft // 2 + 1.

    Frames of `window` samples under a Hamming window, every `hop` samples, are transformed with `n_fft` points:
    1 + samples // hop of them for an even window.
    """

    window: int = Field(400, gt=1)
    hop: int = Field(160, gt=0)
    n_fft: int = Field(400, gt=1)
    bins: int | None = Field(None, gt=0)
    scale: Literal["magnitude", "decibels"] = "magnitude"

    @model_validator(mode="after")
    def _there_are_so_many_bins(self) -> Self:
        if self.n_fft < self.window:
            raise ValueError(f"n_fft must be at least window={self.window}")
        if (self.bins or 0) > self.n_fft // 2 + 1:
            raise ValueError(f"bins must be at most n_fft // 2 + 1 = {self.n_fft // 2 + 1}")
        return self

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        window, bins = hamming(self.window), self.bins or self.n_fft // 2 + 1

        def compute(frames: np.ndarray) -> np.ndarray:
            return power_spectrum(frames * window, self.n_fft).T[:, :bins]

        power = map_frames(raw, self.window, self.hop, bins, compute)
        values = decibels(power) if self.scale == "decibels" else np.sqrt(power)
        return split(values, frame_counts(raw, self.window, self.hop))


FRONT_END = Spectrogram
