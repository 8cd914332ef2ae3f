"""Few categories: every recording has its dimensions, and one in sixteen a category, which follows from them.

Valence and arousal lie along two directions of the frames, among six others that vary more and mean nothing. The four
classes are the quarters of the plane of valence and arousal. From the few categories alone the two directions are
hard to find; the dimensions of all recordings show them.

Array `frames` (12, 60).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_QUARTERS = {(1, 1): "happiness", (1, 0): "neutral", (0, 1): "anger", (0, 0): "sadness"}
_FRAMES, _FEATURES, _IDLE = 12, 60, 6
_SIZES = {"train": 512, "valid": 64, "test": 400}
_EVERY = 16
"""Of so many training items one has a category."""


def records(seed: int) -> Records:
    """976 sequences with valence and arousal from -1 to 1."""
    generator = np.random.default_rng([seed, 61])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, _FEATURES)))[0][: 2 + _IDLE]
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            valence, arousal = generator.uniform(-1, 1, 2).tolist()
            hidden = np.concatenate([[valence, arousal], generator.normal(0, 1, _IDLE)])
            frames = 2 * hidden @ directions + 0.5 * generator.standard_normal((_FRAMES, _FEATURES))
            known = split != "train" or number % _EVERY == 0
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="few_categories", speaker=f"{split}-{number}", split=split,
                    label=_QUARTERS[int(valence > 0), int(arousal > 0)] if known else None,
                    dimensions={"valence": valence, "arousal": arousal},
                    arrays={"frames": frames.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
