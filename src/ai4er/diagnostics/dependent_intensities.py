"""Dependent intensities: half of ten ratings are a simple matter for who knows the other half.

A sound has a strength of six steps. Five ratings tell which of the steps it reaches; each of five others has a pattern
of its own, high at some steps and low at others, which is a sum and difference of the first five. All that the ratings
are told of the sound is its valence (the strength), its arousal, which says nothing more, and one number besides: from
these a single regressor can't go up and down that often, but in a chain it reads the steps off the ratings before.

Array `frames` (12, 8).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

PATTERNS = np.array(
    [[0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 0, 1], [0, 1, 0, 0, 1, 0], [1, 0, 1, 1, 0, 1], [0, 1, 1, 0, 1, 0]]
)
"""For each of the dependent ratings, at which of the six steps it is high."""

STEPS = PATTERNS.shape[1]
SPACE = LabelSpace(
    name="strength", kind="dimensions", source="generated",
    names=tuple([f"reached{i}" for i in range(1, STEPS)] + [f"pattern{i}" for i in range(1, len(PATTERNS) + 1)]),
)  # fmt: skip
_FRAMES, _FEATURES, _NOISE = 12, 8, 0.2
_SIZES = {"train": 320, "valid": 80, "test": 320}


def records(seed: int) -> Records:
    """720 sequences with ratings of 0.25 and 0.75, and the dimensions valence and arousal between 0 and 1."""
    generator = np.random.default_rng([seed, 97])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, 2)))[0].T
    return Records(
        Record(
            id=f"{split}-{number}", corpus="dependent_intensities", speaker=f"{split}-{number}", split=split,
            **_sound(generator, directions),
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _sound(generator: np.random.Generator, directions: np.ndarray) -> dict[str, Any]:
    strength, arousal = int(generator.integers(STEPS)), float(generator.random())
    valence = strength / (STEPS - 1)
    high = np.concatenate([strength >= np.arange(1, STEPS), PATTERNS[:, strength]])
    frames = 3 * (2 * np.array([valence, arousal]) - 1) @ directions
    frames = frames + _NOISE * generator.standard_normal((_FRAMES, _FEATURES))
    dimensions = {**dict(zip(SPACE.names, (0.25 + 0.5 * high).tolist())), "valence": valence, "arousal": arousal}
    return {"dimensions": dimensions, "arrays": {"frames": frames.astype(np.float32)}}
