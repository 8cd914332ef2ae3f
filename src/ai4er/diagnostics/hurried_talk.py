"""Hurried talk: phonemes follow each other so fast that there is no frame between two of them.

A recording says "na" eight times, 45 ms a phoneme: a low tone for the vowel, a high one for the consonant, and one of
four tones between them beside it. On six phonemes of ten that is the tone of the recording's emotion, on the others any
of the four. In frames of 40 ms a sequence of sixteen labels fits where neighbours differ; where all are the same,
temporal classification needs a blank between any two, 31 frames, and there is no way to write them down.

Array `audio` (samples,) at 16 kHz; text: what is said.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 96, "valid": 48, "test": 200}
_SYLLABLES, _SAMPLES = 8, 720  # samples of a phoneme
_RATE = 16_000
_OWN = 0.6  # of the phonemes have the tone of the emotion for sure
_CONSONANT, _VOWEL = 5000.0, 250.0  # hertz
_TONES = (700.0, 1000.0, 1450.0, 2100.0)  # hertz
_NOISE = 0.01


def records(seed: int) -> Records:
    """344 recordings of 0.72 s in four balanced classes."""
    generator = np.random.default_rng([seed, 331])
    tones = generator.permutation(_TONES)
    return Records(
        Record(
            id=f"{split}{number}", corpus="hurried_talk", speaker=f"{split}{number}", split=split, language="en",
            label=SPACE.names[number % SPACE.size], text="na" * _SYLLABLES,
            arrays={"audio": _audio(number % SPACE.size, tones, generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _audio(label: int, tones: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    count = 2 * _SYLLABLES
    own, other = generator.random(count) < _OWN, generator.integers(SPACE.size, size=count)
    pitch = tones[np.where(own, label, other)] * 2 ** generator.normal(0, 0.03, count)
    kind = np.tile([_CONSONANT, _VOWEL], _SYLLABLES)
    angles = 2 * np.pi * np.arange(_SAMPLES) / _RATE
    phase = generator.uniform(0, 2 * np.pi, (count, 1))
    waves = np.sin(kind[:, None] * angles) + np.sin(pitch[:, None] * angles + phase)
    spoken = 0.05 * (waves * np.hanning(_SAMPLES)).ravel()
    return (spoken + _NOISE * generator.standard_normal(spoken.size)).astype(np.float32)
