"""Turned decisions: what tells the classes apart in the source tells others apart in the target.

An item is a point near the corner of its class in a plane, and the plane of the target is turned by a quarter, so
that a corner means another class there. Three more features say which domain it is, so that one model can know both.
The source has many labelled items, the target few, and more without a label. The test part holds both domains in equal
numbers: whoever learns the target alone answers for the source as if it were the target.

Array `vector` (5,); the source and the target are two corpora.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {
    ("train", "source"): 200, ("train", "target"): 40, ("unlabelled", "target"): 160, ("valid", "source"): 80,
    ("valid", "target"): 80, ("test", "source"): 120, ("test", "target"): 120,
}  # fmt: skip
_CORNERS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
_WITHIN, _MARK = 0.35, 0.7


def records(seed: int) -> Records:
    """800 points in four balanced classes; those of `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 151])
    return Records(
        Record(
            id=f"{split}-{domain}-{number}", corpus=domain, speaker=f"{split}-{domain}-{number}", split=split,
            label=None if split == "unlabelled" else SPACE.names[number % SPACE.size],
            arrays={"vector": _point(number % SPACE.size, domain == "target", generator)},
        )
        for (split, domain), size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _point(label: int, of_target: bool, generator: np.random.Generator) -> np.ndarray:
    corner = _CORNERS[(label + of_target) % SPACE.size] + _WITHIN * generator.standard_normal(2)
    mark = (_MARK if of_target else -_MARK) + 0.5 * generator.standard_normal(3)
    return np.concatenate([corner, mark]).astype(np.float32)
