"""Two teachers: each knows one half of what makes the class, and eight labels are too few to find out the other half.

Every recording is a row of eight tones of 30 ms out of sixteen. A tone has two hidden marks, and which tone has which
marks follows no order of pitch; the class is the pair of marks that most tones of a recording have. The first teacher
says of every 10 ms the first mark of the tone, the second teacher the second mark, each along a direction of its own.
Two labelled recordings of each class do not show the marks of all tones; 400 unlabelled ones, of which both teachers
speak, do.

Arrays `audio` (3840,) at 16 kHz, `first` and `second` (24, 8).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
OWN = 0.75
_SIZES = {"train": 8, "valid": 24, "test": 160, "unlabelled": 400}
_LENGTH, _SAMPLES, _RATE, _FEATURES = 8, 480, 16_000, 8
_LOWEST, _OCTAVES = 200.0, 4.8  # hertz


def records(seed: int) -> Records:
    """592 recordings in four balanced classes; those of `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 131])
    tones = 4 * SPACE.size
    pitches = _LOWEST * 2 ** np.linspace(0, _OCTAVES, tones)
    kinds = generator.permutation(np.arange(tones) % SPACE.size)
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, 2)))[0].T * 2
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label = number % SPACE.size
            shown = np.where(generator.random(_LENGTH) < OWN, label, generator.integers(SPACE.size, size=_LENGTH))
            chosen = np.array([generator.choice(np.flatnonzero(kinds == kind)) for kind in shown])
            marks = np.repeat(np.stack([shown // 2, shown % 2]) * 2 - 1, 3, axis=1)  # (2, frames)
            first, second = (mark[:, None] * direction for mark, direction in zip(marks, directions))
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="two_teachers", speaker=f"{split}-{number}", split=split,
                    label=None if split == "unlabelled" else SPACE.names[label],
                    arrays={
                        "audio": _sound(pitches[chosen], generator), "first": first.astype(np.float32),
                        "second": second.astype(np.float32),
                    },
                )
            )  # fmt: skip
    return Records(made)


def _sound(pitch: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    phase = generator.uniform(0, 2 * np.pi, (len(pitch), 1))
    waves = 0.1 * np.sin(2 * np.pi * pitch[:, None] * np.arange(_SAMPLES) / _RATE + phase)
    return (waves.ravel() + 0.001 * generator.standard_normal(waves.size)).astype(np.float32)
