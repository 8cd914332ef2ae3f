"""Log-mel spectrogram, equal to that of librosa."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from ai4er.features._audio import AudioFrontEnd, centred
from ai4er.features._spectrum import mel_decibels, split


class LogMel(AudioFrontEnd):
    """Mel bands in decibels (frames, bands), at most 80 dB below the loudest of the item.

    Frames of `n_fft` samples every `hop` samples: 1 + samples // hop. `samples` pads or cuts every
    item around its centre; with `fill=repeats` a short item is repeated from its beginning instead, and a long one
    loses its end. `normalise=utterance` brings each item to mean 0 and variance 1 over
    all its frames and bands together; silence becomes zeros. `reference=maximum` measures from the
    loudest of the item, which becomes 0 dB, so that its level does not matter. Beyond the ends of an
    item are zeros, or with `edges=reflected` its own samples (as in librosa before 0.10).
    """

    bands: int = Field(64, gt=0)
    n_fft: int = Field(400, gt=1)
    hop: int = Field(160, gt=0)
    samples: int | None = Field(None, gt=0)
    fill: Literal["zeros", "repeats"] = "zeros"
    normalise: Literal["utterance"] | None = None
    reference: Literal["full_scale", "maximum"] = "full_scale"
    edges: Literal["zeros", "reflected"] = "zeros"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        items = [self._filled(samples) for samples in raw]
        reflected = self.edges == "reflected"
        spectra = split(*mel_decibels(items, self.sample_rate, self.n_fft, self.hop, self.bands, reflected=reflected))
        if self.reference == "maximum":
            spectra = [spectrum - spectrum.max() for spectrum in spectra]
        return spectra if self.normalise is None else [_standardised(spectrum) for spectrum in spectra]

    def _filled(self, samples: np.ndarray) -> np.ndarray:
        if self.samples is not None and self.fill == "repeats":
            return np.resize(samples, self.samples)
        return centred(samples, self.samples)


def _standardised(values: np.ndarray) -> np.ndarray:
    values = values - values.mean(dtype=np.float64).astype(np.float32)
    deviation = values.std(dtype=np.float64).astype(np.float32)
    return values / deviation if deviation > 1e-3 else np.zeros_like(values)


FRONT_END = LogMel
