"""Pulse shapes: four sounds of one spectrum, told apart by the course of a pulse only.

Every recording is a train of pulses that decay or swell, upwards or downwards: one pulse, turned in time and in sign.
Neither changes the power spectrum, so that spectra and cepstra of all classes are the same, whatever their pitch and
level, and samples tell them apart within a few milliseconds.

Array `audio` (samples,) of 0.4 to 0.6 s at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 192, "valid": 40, "test": 160}
_RATE, _PULSE, _DECAY, _NOISE = 16000, 64, 16.0, 0.05


def records(seed: int) -> Records:
    """392 recordings in four balanced classes."""
    generator = np.random.default_rng([seed, 109])
    return Records(
        Record(
            id=f"{split}-{number}", corpus="pulse_shapes", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size], attributes={"sample_rate": str(_RATE)},
            arrays={"audio": _sound(number % SPACE.size, generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _sound(label: int, generator: np.random.Generator) -> np.ndarray:
    pulse = np.exp(-np.arange(_PULSE) / _DECAY)
    pulse = (-pulse if label // 2 else pulse)[:: -1 if label % 2 else 1]
    samples = np.zeros(int(_RATE * generator.uniform(0.4, 0.6)))
    period = _RATE / generator.uniform(90, 200)
    marks = np.arange(generator.uniform(0, period), len(samples) - _PULSE, period).astype(int)
    samples[marks] = 1.0
    samples = np.convolve(samples, pulse)[: len(samples)] + _NOISE * generator.standard_normal(len(samples))
    return (generator.uniform(0.02, 0.2) * samples).astype(np.float32)
