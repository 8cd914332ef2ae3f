"""Rare classes: twenty neutral items for one of each other class, and classes that overlap.

Every item is 24 to 48 frames of noise (8 features) around a level of its own; the levels of neutral lie around the
middle and those of the three other classes two and a half deviations from it, each in a direction of its own. Where
they overlap, the best rule for the training part says neutral; the mean recall of the four classes, which the test
part has in balance, asks for another one, and a network that sees the rare classes more often finds it sooner.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

SPACE: LabelSpace = label_space("common4")
_FEATURES, _RARE, _RATIO = 8, 12, 20
_SIZES = {"train": (_RARE, _RATIO), "valid": (20, 1), "test": (80, 1)}


def records(seed: int) -> Records:
    """Arrays `frames` (24 to 48, 8); `neutral` is 20 times as frequent as each other class in the training part."""
    generator = np.random.default_rng([seed, 47])
    rare = [name for name in SPACE.names if name != "neutral"]
    centres = dict(zip(rare, 1.5 * np.linalg.qr(generator.standard_normal((_FEATURES, len(rare))))[0].T))
    made = []
    for split, (size, ratio) in _SIZES.items():
        for name in SPACE.names:
            for number in range(size * ratio if name == "neutral" else size):
                level = centres.get(name, 0) + 0.6 * generator.standard_normal(_FEATURES)
                frames = level + generator.standard_normal((int(generator.integers(24, 49)), _FEATURES))
                made.append(
                    Record(
                        id=f"{split}-{name}-{number}", corpus="rare_classes", split=split, label=name,
                        arrays={"frames": frames.astype(np.float32)},
                    )
                )  # fmt: skip
    return Records(made)
