"""Foreign order: a clear cue of the source's order says nothing in the target, and lies elsewhere there.

Arousal shows in four features, with much noise, in the same way in both domains. In the source it shows in four others
besides, with less noise; in the target these are moved by a constant and vary for reasons of their own. All eight are
turned into twelve features. Whoever learns the source's order relies on the clear cue; whoever may not tell the domains
apart cannot use it.

Array `vector` (12,); `train` and `valid` are the source, `unlabelled` and `test` the target.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

SPACE = LabelSpace(name="arousal", kind="dimensions", names=("arousal",), low=-1.0, high=1.0, source="generated")
_FEATURES, _CUES = 12, 4
_STEADY_NOISE, _CLEAR_NOISE, _MOVED, _REST = 0.8, 0.3, 2.0, 0.1
_SIZES = {"train": 300, "valid": 60, "unlabelled": 300, "test": 240}


def records(seed: int) -> Records:
    """Values between -1 and 1, spread evenly, in every split; the items of `unlabelled` have none."""
    generator = np.random.default_rng([seed, 139])
    mixing = np.linalg.qr(generator.standard_normal((_FEATURES, 2 * _CUES)))[0].T
    made = []
    for split, size in _SIZES.items():
        foreign = split in ("unlabelled", "test")
        values = generator.permutation(np.linspace(-1, 1, size))
        steady = values[:, None] + _STEADY_NOISE * generator.standard_normal((size, _CUES))
        clear = values[:, None] + _CLEAR_NOISE * generator.standard_normal((size, _CUES))
        if foreign:
            clear = _MOVED + generator.uniform(-1, 1, (size, 1)) + _CLEAR_NOISE * generator.standard_normal(clear.shape)
        vectors = np.concatenate([steady, clear], axis=1) @ mixing
        vectors += _REST * generator.standard_normal(vectors.shape)
        made += [
            Record(
                id=f"{split}-{number}", corpus="target" if foreign else "source", speaker=f"{split}-{number}",
                split=split, dimensions={} if split == "unlabelled" else {"arousal": float(value)},
                arrays={"vector": vector.astype(np.float32)},
            )
            for number, (value, vector) in enumerate(zip(values, vectors))
        ]  # fmt: skip
    return Records(made)
