"""Channel correlation: which channels rise and fall together tells the class, and nothing else does.

Eight channels form four pairs. In each of the four classes the channels of a pair go together or against each other,
in a pattern of its own. Every item has a level and a gain of its own for every channel, between a seventh and seven, so
that means and deviations, also those of sums of channels, say little; by itself each channel has the same course in
all classes. A ninth channel is high in the frames that count and low in as many frames of noise between them, where no
two channels go together.

Array `frames` (20 to 40, 9).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 240, "valid": 60, "test": 240}
_PATTERNS = np.array([[1, 1, 1, 1], [1, -1, -1, 1], [-1, 1, -1, 1], [-1, -1, 1, 1]])
"""For each class, whether the two channels of a pair go together (1) or against each other (-1)."""


def records(seed: int) -> Records:
    """540 sequences in four balanced classes."""
    generator = np.random.default_rng([seed, 83])
    return Records(
        Record(
            id=f"{split}-{number}", corpus="channel_correlation", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size], arrays={"frames": _frames(number % SPACE.size, generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _frames(label: int, generator: np.random.Generator) -> np.ndarray:
    length = int(generator.integers(20, 41))
    counts = generator.permutation(length) < length // 2
    first = generator.standard_normal((length, 4))
    follows = 0.8 * first * _PATTERNS[label] + 0.6 * generator.standard_normal((length, 4))
    second = np.where(counts[:, None], follows, generator.standard_normal((length, 4)))
    channels = np.concatenate([first, second], axis=1)
    channels = (channels + generator.normal(0, 2, 8)) * np.exp(generator.uniform(-2, 2, 8))
    return np.concatenate([channels, 2.0 * counts[:, None] - 1], axis=1).astype(np.float32)
