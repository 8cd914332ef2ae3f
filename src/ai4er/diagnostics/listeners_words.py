"""Listeners' words: the class that a listener must tick is often wrong, the word that is written beside it is right.

Every frame holds a trace of the direction of the emotion. In the training part every second emotional recording is
ticked as neutral, as if no class fitted, and three listeners write words of their own that name the emotion: none of
them is a class. Validation and test are ticked right.

Array `frames` (20, 8); the words are the votes.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
WORDS = {
    "anger": ("furious", "mad", "outraged"), "happiness": ("joyful", "cheerful", "delighted"),
    "neutral": ("indifferent", "impartial", "ordinary"), "sadness": ("sorrowful", "gloomy", "grieving"),
}  # fmt: skip
_SIZES = {"train": 160, "valid": 60, "test": 240}
_LENGTH, _FEATURES, _TRACE = 20, 8, 0.5


def records(seed: int) -> Records:
    """460 recordings in four balanced classes, whose training labels are more often neutral."""
    generator = np.random.default_rng([seed, 113])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, SPACE.size)))[0].T * _TRACE
    return Records(
        _record(split, number, directions, generator) for split, size in _SIZES.items() for number in range(size)
    )


def _record(split: str, number: int, directions: np.ndarray, generator: np.random.Generator) -> Record:
    label = SPACE.names[number % SPACE.size]
    frames = directions[number % SPACE.size] + generator.standard_normal((_LENGTH, _FEATURES))
    fallen_back = split == "train" and number // SPACE.size % 2 == 0
    return Record(
        id=f"{split}-{number}", corpus="listeners_words", speaker=f"{split}-{number}", split=split,
        label="neutral" if fallen_back else label, votes=tuple(generator.choice(WORDS[label], 3).tolist()),
        arrays={"frames": frames.astype(np.float32)},
    )  # fmt: skip
