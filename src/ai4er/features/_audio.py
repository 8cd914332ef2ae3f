"""What all front ends that read sound have in common."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.features.base import FrontEnd
from ai4er.features.media import audio_of
from ai4er.records import Record

_SECONDS_PER_FRAME = 0.01


class AudioFrontEnd(FrontEnd):
    """Reads the samples of a record, or the sound of its video, at `sample_rate` in hertz."""

    needs: ClassVar[str] = "audio"

    sample_rate: int = Field(16000, gt=0)

    def has(self, record: Record) -> bool:
        return bool(record.audio or record.video) or "audio" in record.arrays

    def load(self, record: Record) -> np.ndarray:
        """The samples (samples,) as float32; raises `Ai4erError` as `media.audio_of` does."""
        return audio_of(record, self.sample_rate)


def levelled(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """The samples with their loud parts at a root mean square of 1, since absolute level differs between corpora.

    >>> levelled(np.array([0.01, -0.01, 0.01]), 16000).round(6)
    array([ 1., -1.,  1.])
    """
    level = _active_level(samples, sample_rate) if len(samples) else 0.0
    return samples / np.float32(level) if level else samples


def _active_level(samples: np.ndarray, sample_rate: int) -> float:
    """The root mean square of the parts that are within 30 dB of the loudest; 0 for silence."""
    hop = max(1, round(_SECONDS_PER_FRAME * sample_rate))
    square = np.square(samples, dtype=np.float64)
    power = np.add.reduceat(square, np.arange(0, len(square), hop)) / min(hop, len(square))
    return float(np.sqrt(power[power >= power.max() / 1000].mean()))


def centred(samples: np.ndarray, length: int | None) -> np.ndarray:
    """Zeros added to or samples cut from both sides, so that `length` are left; None changes nothing.

    An odd remainder of r samples puts floor(r / 2) in front.

    >>> centred(np.array([1.0, 2.0]), 5)
    array([0., 1., 2., 0., 0.])
    >>> centred(np.array([1.0, 2.0, 3.0, 4.0]), 1)
    array([2.])
    """
    if length is None:
        return samples
    before = abs(length - len(samples)) // 2
    if len(samples) >= length:
        return samples[before : before + length]
    return np.pad(samples, (before, length - len(samples) - before))
