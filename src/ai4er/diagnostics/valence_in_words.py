"""Valence in words: what is said tells the valence, how it is said the arousal.

The frames (20, 8) of an item hold its arousal along one direction of their own, the tokens (6, 8) its valence along
another; both are drawn independently, and every frame and token has noise. Who only hears knows the arousal and nothing
of the valence, so that the mean of the two concordance coefficients is at most a half; who also reads comes near to 1.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

SPACE = LabelSpace(
    name="valence_and_arousal", kind="dimensions", names=("valence", "arousal"), low=-1, high=1, source="generated"
)
_SIZES = {"train": 300, "valid": 60, "test": 200}
_FRAMES, _TOKENS, _FEATURES = 20, 6, 8


def records(seed: int) -> Records:
    """Arrays `frames` (20, 8) and `words` (6, 8)."""
    generator = np.random.default_rng([seed, 71])
    sound, sense = np.linalg.qr(generator.standard_normal((_FEATURES, 2)))[0].T
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            valence, arousal = generator.uniform(-1, 1, 2)
            frames = arousal * sound + 0.5 * generator.standard_normal((_FRAMES, _FEATURES))
            words = valence * sense + 0.3 * generator.standard_normal((_TOKENS, _FEATURES))
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="valence_in_words", split=split,
                    dimensions={"valence": float(valence), "arousal": float(arousal)},
                    arrays={"frames": frames.astype(np.float32), "words": words.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
