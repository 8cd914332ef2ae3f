"""Trusted view: in every recording one of three views tells the emotion, and only all views together say which.

The three views have 12 frames of features of their own. Each view shows an emotion: one of them, another one in every
recording, the right emotion, the other two a wrong one, just as clear. One further feature is a level, which is higher
in the right view than in the other two. But every recording has a level of its own, so no view by itself knows whether
it is the right one, and whoever adds the views up hears two wrong ones against one.

Arrays `mfcc` (12, 12), `image` (12, 16) and `speech` (12, 20).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_VIEWS = {"mfcc": 12, "image": 16, "speech": 20}
_FRAMES, _SIGNAL, _NOISE = 12, 2.0, 0.5
_SIZES = {"train": 320, "valid": 60, "test": 240}


def records(seed: int) -> Records:
    """620 recordings in four balanced classes."""
    generator = np.random.default_rng([seed, 149])
    directions = {
        name: np.linalg.qr(generator.standard_normal((size - 1, SPACE.size)))[0].T * _SIGNAL
        for name, size in _VIEWS.items()
    }
    return Records(
        Record(
            id=f"{split}-{number}", corpus="trusted_view", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size], arrays=_views(number % SPACE.size, directions, generator),
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _views(label: int, directions: dict[str, np.ndarray], generator: np.random.Generator) -> dict[str, np.ndarray]:
    trusted = generator.choice(list(_VIEWS))
    level = 2 * generator.standard_normal()
    found = {}
    for name, size in _VIEWS.items():
        shown = label if name == trusted else (label + generator.integers(1, SPACE.size)) % SPACE.size
        frames = _NOISE * generator.standard_normal((_FRAMES, size))
        frames[:, :-1] += directions[name][shown]
        frames[:, -1] += level + (1.0 if name == trusted else -1.0)
        found[name] = frames.astype(np.float32)
    return found
