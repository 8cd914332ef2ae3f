"""Near marks: of two emotions in a sequence, the one with a mark near it is meant.

Three frames show the direction of a class, three others, at least 16 frames away, that of another class; one to five
frames before or behind one of the two stands a mark, and its class is the label. Where in the sequence mark and classes
are says nothing, so classes that are far from the mark are told from the one that is near by windows of some frames;
an attention over everything has the mark in view from both.

Array `frames` (40, 7): six of the classes, one of the mark.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 400, "valid": 100, "test": 240}
_LENGTH, _FEATURES = 40, 6
_FARTHEST, _APART = 6, 16
"""Frames from the middle of a class to its mark at most, and from class to class at least."""
_SIGNAL, _NOISE = 3.0, 0.3


def records(seed: int) -> Records:
    """740 sequences in four balanced classes."""
    generator = np.random.default_rng([seed, 97])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, SPACE.size)))[0].T * _SIGNAL
    return Records(
        Record(
            id=f"{split}-{number}", corpus="near_marks", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size],
            arrays={"frames": _frames(number % SPACE.size, directions, generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _frames(label: int, directions: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    other = (label + int(generator.integers(1, SPACE.size))) % SPACE.size
    frames = np.concatenate([_NOISE * generator.standard_normal((_LENGTH, _FEATURES)), np.zeros((_LENGTH, 1))], axis=1)
    margin = _FARTHEST + 1
    first = int(generator.integers(margin, _LENGTH - margin - _APART))
    second = int(generator.integers(first + _APART, _LENGTH - margin))
    meant, free = (first, second) if generator.random() < 0.5 else (second, first)
    for middle, kind in ((meant, label), (free, other)):
        frames[middle - 1 : middle + 2, :_FEATURES] += directions[kind]
    away = int(generator.integers(2, _FARTHEST + 1))
    frames[meant + (away if generator.random() < 0.5 else -away), _FEATURES] = _SIGNAL
    return frames.astype(np.float32)
