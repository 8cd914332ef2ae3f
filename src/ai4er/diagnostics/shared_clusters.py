"""Shared clusters: eight labels, many directions that vary without meaning, and clusters that both domains have.

Every item has twenty factors that vary continuously and mean nothing, and three in which each class is a tight cluster
at the same place in both domains. Two labelled items of each class are too few to tell the twenty from the three; the
unlabelled items show it, because the neighbours of an item belong to its cluster and differ in everything else. In the
target the twenty are turned against those of the source, and each domain has a level and a gain of its own for every
feature.

Array `vector` (40,); `train` and `valid` are the source, `unlabelled` and `test` the target.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import helmert

from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

SPACE: LabelSpace = label_space("common4")
_FEATURES, _IDLE, _CLUSTERED = 40, 20, 3
_APART, _WITHIN, _REST = 0.95, 0.15, 0.1
_SIZES = {"train": 8, "valid": 24, "unlabelled": 300, "test": 240}


def records(seed: int) -> Records:
    """Balanced classes in every split; the items of `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 67])
    mixing = np.linalg.qr(generator.standard_normal((_FEATURES, _IDLE + _CLUSTERED)))[0].T
    corners = 2 * helmert(SPACE.size).T
    turned = np.linalg.qr(generator.standard_normal((_IDLE, _IDLE)))[0]
    domains = {
        name: (generator.normal(0, 2, _FEATURES), generator.uniform(0.5, 2, _FEATURES)) for name in ("source", "target")
    }
    made = []
    for split, size in _SIZES.items():
        domain = "source" if split in ("train", "valid") else "target"
        classes = np.arange(size) % SPACE.size
        idle = generator.standard_normal((size, _IDLE))
        clustered = _APART * corners[classes] + _WITHIN * generator.standard_normal((size, _CLUSTERED))
        factors = np.concatenate([idle if domain == "source" else idle @ turned, clustered], axis=1)
        level, gain = domains[domain]
        vectors = (factors @ mixing + _REST * generator.standard_normal((size, _FEATURES))) * gain + level
        made += [
            Record(
                id=f"{split}-{number}", corpus=domain, speaker=f"{split}-{number}", split=split,
                label=None if split == "unlabelled" else SPACE.names[kind],
                arrays={"vector": vector.astype(np.float32)},
            )
            for number, (kind, vector) in enumerate(zip(classes, vectors))
        ]  # fmt: skip
    return Records(made)
