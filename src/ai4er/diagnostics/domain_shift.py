"""Domain shift: what is loud means nothing, and a part of what tells the classes apart turns in the new domain.

Every item has twelve hidden factors. Six are loud noise. Three are a cue of the class that is the same in both
domains. Three are a quieter cue, but in the target each class has there what the next class has in the source.
The factors are turned into 40 features, and each domain has a level and a gain of its own for every feature.
Whoever keeps what varies most keeps the noise; who keeps what tells the source's classes apart keeps
both cues. With room for three factors, pairs of like and unlike items over both domains favour the steady cue.

Array `vector` (40,); `train` and `valid` are the source, `unlabelled` and `test` the target.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import helmert

from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

SPACE: LabelSpace = label_space("common4")
_FEATURES, _LOUD, _CUE = 40, 6, 3
_STEADY, _TURNING, _NOISE, _REST = 1.5, 1.2, 2.5, 0.3
_SIZES = {"train": 160, "valid": 40, "unlabelled": 160, "test": 240}


def records(seed: int) -> Records:
    """Balanced classes in every split; the items of `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 53])
    mixing = np.linalg.qr(generator.standard_normal((_FEATURES, _LOUD + 2 * _CUE)))[0].T
    corners = 2 * helmert(SPACE.size)
    domains = {name: (generator.normal(0, 2, _FEATURES), generator.uniform(0.5, 2, _FEATURES)) for name in "st"}
    made = []
    for split, size in _SIZES.items():
        domain = "s" if split in ("train", "valid") else "t"
        classes = np.arange(size) % SPACE.size
        seen = classes if domain == "s" else (classes + 1) % SPACE.size
        factors = np.concatenate([
            _NOISE * generator.standard_normal((size, _LOUD)),
            _STEADY * corners.T[classes] + 0.7 * generator.standard_normal((size, _CUE)),
            _TURNING * corners.T[seen] + 0.7 * generator.standard_normal((size, _CUE)),
        ], axis=1)  # fmt: skip
        level, gain = domains[domain]
        vectors = (factors @ mixing + _REST * generator.standard_normal((size, _FEATURES))) * gain + level
        made += [
            Record(
                id=f"{split}-{number}", corpus="source" if domain == "s" else "target", speaker=f"{split}-{number}",
                split=split, label=None if split == "unlabelled" else SPACE.names[kind],
                arrays={"vector": vector.astype(np.float32)},
            )
            for number, (kind, vector) in enumerate(zip(classes, vectors))
        ]  # fmt: skip
    return Records(made)
