"""Mel-frequency cepstral coefficients, equal to those of librosa."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from ai4er.features._audio import AudioFrontEnd, centred, levelled
from ai4er.features._spectrum import MelScale, cepstrum, mel_decibels, split


class Mfcc(AudioFrontEnd):
    """Cepstral coefficients (frames, coefficients): the cosine transform of mel bands in decibels.

    Frames of `n_fft` samples every `hop` samples: 1 + samples // hop. `samples` pads or cuts every
    item around its centre, so that all have the same number of frames; None keeps them whole.
    `normalise_level` brings the loud parts of each recording to one level first. `scale` is Slaney's mel
    scale or HTK's.
    Source: Davis and Mermelstein, IEEE Transactions on Acoustics, Speech, and Signal Processing 28, 1980.
    """

    sample_rate: int = Field(22050, gt=0)
    coefficients: int = Field(39, gt=0)
    n_fft: int = Field(2048, gt=1)
    hop: int = Field(512, gt=0)
    bands: int = Field(128, gt=0)
    samples: int | None = Field(None, gt=0)
    normalise_level: bool = False
    scale: MelScale = "slaney"

    @model_validator(mode="after")
    def _fewer_coefficients_than_bands(self) -> Self:
        if self.coefficients > self.bands:
            raise ValueError(f"coefficients must be at most bands={self.bands}")
        return self

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        even = [levelled(samples, self.sample_rate) for samples in raw] if self.normalise_level else raw
        items = [centred(samples, self.samples) for samples in even]
        values, counts = mel_decibels(items, self.sample_rate, self.n_fft, self.hop, self.bands, scale=self.scale)
        return split(cepstrum(values, self.coefficients), counts)


FRONT_END = Mfcc
