"""Pseudo-label adaptation: two labelled recordings of each class, and many unlabelled ones of the same kind.

Every recording is a row of ten tones out of sixteen. Each mood has four tones of its own, in no order of pitch, and
three quarters of the tones of a recording are those of its mood. Two recordings do not hold all tones of a mood often
enough to tell them from chance; the unlabelled ones show which tones occur together, and that is what a network
learns that has to predict a hidden tone from the others.

Array `audio` (samples,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 8, "valid": 24, "test": 160, "unlabelled": 800}
TONES = 4  # of each mood
LENGTH = 10  # tones of a recording
OWN = 0.75
SAMPLES = 640  # of a tone, 40 ms
RATE = 16_000
LOWEST, OCTAVES = 200.0, 4.8  # hertz


def records(seed: int) -> Records:
    """992 recordings of 0.4 s in four classes."""
    generator = np.random.default_rng([seed, 7])
    tones = LOWEST * 2 ** np.linspace(0, OCTAVES, SPACE.size * TONES)
    tones = generator.permutation(tones).reshape(SPACE.size, TONES)
    return Records(
        Record(
            id=f"{split}{number}", corpus="pseudo_label_adaptation", speaker=f"{split}{number}", split=split,
            label=None if split == "unlabelled" else SPACE.names[number % SPACE.size],
            arrays={"audio": _recording(number % SPACE.size, tones, generator)},
        )
        for split, size in SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _recording(mood: int, tones: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    moods = np.where(generator.random(LENGTH) < OWN, mood, generator.integers(SPACE.size, size=LENGTH))
    pitch = tones[moods, generator.integers(TONES, size=LENGTH)][:, None]
    phase = generator.uniform(0, 2 * np.pi, (LENGTH, 1))
    waves = 0.1 * np.sin(2 * np.pi * pitch * np.arange(SAMPLES) / RATE + phase)
    return (waves.ravel() + 0.001 * generator.standard_normal(waves.size)).astype(np.float32)
