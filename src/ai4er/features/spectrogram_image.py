"""The spectrogram of a whole utterance as one small image, whatever its length: what image networks read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.features._audio import AudioFrontEnd
from ai4er.features._spectrum import decibels, frame_counts, hann, map_frames, power_spectrum, split

_DYNAMIC_RANGE = 80.0  # decibels


class SpectrogramImage(AudioFrontEnd):
    """Power in decibels as (1, size, size) in [0, 1], frequency from 0 hertz downwards and time to the right.

    1 is the loudest of the utterance and 0 what is 80 dB or more below it; silence is all 1. Frames of `window` samples
    every `hop` samples are transformed with `n_fft` points. Each axis is brought to `size` pixels by itself: a pixel
    is the mean of what it covers where the axis shrinks, and is interpolated linearly where it grows.
    """

    timed: ClassVar[bool | None] = False

    size: int = Field(224, gt=0)
    window: int = Field(400, gt=1)
    hop: int = Field(160, gt=0)
    n_fft: int = Field(512, gt=1)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        window = hann(self.window)
        counts = frame_counts(raw, self.window, self.hop)

        def compute(frames: np.ndarray) -> np.ndarray:
            return power_spectrum(frames * window, self.n_fft).T

        power = map_frames(raw, self.window, self.hop, self.n_fft // 2 + 1, compute)
        return [self._image(spectrum) for spectrum in split(decibels(power), counts)]

    def _image(self, spectrum: np.ndarray) -> np.ndarray:
        """(frames, bins) in decibels -> (1, size, size)."""
        shown = np.maximum(1 + (spectrum - spectrum.max()) / np.float32(_DYNAMIC_RANGE), 0)
        return _shrunk_or_grown(_shrunk_or_grown(shown, self.size).T, self.size)[None]


def _shrunk_or_grown(image: np.ndarray, rows: int) -> np.ndarray:
    """The same image with another number of rows."""
    import cv2

    way = cv2.INTER_AREA if len(image) > rows else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(image), (image.shape[1], rows), interpolation=way))


FRONT_END = SpectrogramImage
