"""Prevailing tones: most tones of a recording belong to its class, and any part of a network can hear that.

Every recording is a row of eight tones of 30 ms out of sixteen. Each class has four tones of its own, spread over all
pitches, and three quarters of the tones of a recording are those of its class. The task is easy for whatever has been
told the labels. It is meant for systems of which one part alone is told them (`settings` of their cards): the other
parts know no more than they learn from that one.

Array `audio` (3840,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
OWN = 0.75
_SIZES = {"train": 160, "valid": 24, "test": 160}
_TONES, _LENGTH, _SAMPLES, _RATE = 4, 8, 480, 16_000
_LOWEST, _OCTAVES = 200.0, 4.8  # hertz


def records(seed: int) -> Records:
    """344 recordings of 0.24 s in four balanced classes; attributes["own"] counts the tones of the class."""
    generator = np.random.default_rng([seed, 113])
    pitches = _LOWEST * 2 ** np.linspace(0, _OCTAVES, SPACE.size * _TONES)
    pitches = generator.permutation(pitches).reshape(SPACE.size, _TONES)
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label = number % SPACE.size
            classes = np.where(generator.random(_LENGTH) < OWN, label, generator.integers(SPACE.size, size=_LENGTH))
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="prevailing_tones", speaker=f"{split}-{number}", split=split,
                    label=SPACE.names[label], attributes={"own": str(int((classes == label).sum()))},
                    arrays={"audio": _sound(pitches[classes, generator.integers(_TONES, size=_LENGTH)], generator)},
                )
            )  # fmt: skip
    return Records(made)


def _sound(pitch: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    phase = generator.uniform(0, 2 * np.pi, (len(pitch), 1))
    waves = 0.1 * np.sin(2 * np.pi * pitch[:, None] * np.arange(_SAMPLES) / _RATE + phase)
    return (waves.ravel() + 0.001 * generator.standard_normal(waves.size)).astype(np.float32)
