"""Order of neighbours: which of five sounds occur says nothing, which one follows another decides.

The sounds stand in a circle, and each next one is 1, 2, 3 or 4 places further, always the same in one class; one in
four is drawn at random. All sounds are equally frequent in every class, so that any bag of frames is at chance, and two
neighbours are enough.

Array `frames` (24, 16).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 240, "valid": 60, "test": 240}
_LENGTH, _FEATURES, _SOUNDS = 24, 16, 5
_CHANCE, _SIGNAL, _NOISE = 0.25, 3.0, 0.3


def records(seed: int) -> Records:
    """540 sequences in four balanced classes."""
    generator = np.random.default_rng([seed, 103])
    sounds = np.linalg.qr(generator.standard_normal((_FEATURES, _SOUNDS)))[0].T * _SIGNAL
    return Records(
        Record(
            id=f"{split}-{number}", corpus="order_of_neighbours", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size],
            arrays={"frames": _frames(number % SPACE.size, sounds, generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _frames(label: int, sounds: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    at_random = generator.random(_LENGTH) < _CHANCE
    steps = np.where(at_random, generator.integers(_SOUNDS, size=_LENGTH), label + 1)
    steps[0] = generator.integers(_SOUNDS)
    walk = np.cumsum(steps) % _SOUNDS
    return (sounds[walk] + _NOISE * generator.standard_normal((_LENGTH, _FEATURES))).astype(np.float32)
