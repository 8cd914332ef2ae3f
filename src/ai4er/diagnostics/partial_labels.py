"""Partial labels: a corpus in another language annotates two of four emotions, and is tested on all.

An emotion is a direction of the frames, the same in both languages, and the language is a mark that all frames of a
recording carry. One corpus has all four emotions in the first language, another one two of them in the second.
Recordings in the second language with all four are tested. Whoever takes what is not annotated as absent learns that
nobody is angry or sad in the second language.

Array `frames` (12, 9).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
PARTIAL = ("happiness", "neutral")
_FRAMES, _FEATURES = 12, 9
_MARK, _NOISE = 2.0, 1.5


def records(seed: int) -> Records:
    """Training and validation in both corpora, 200 test recordings of a third one in the second language."""
    generator = np.random.default_rng([seed, 163])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, _FEATURES)))[0][: SPACE.size + 1]
    parts = [
        ("train", "whole", "en", SPACE.names, 30), ("train", "partial", "zh", PARTIAL, 150),
        ("valid", "whole", "en", SPACE.names, 8), ("valid", "partial", "zh", PARTIAL, 16),
        ("test", "tested", "zh", SPACE.names, 50),
    ]  # fmt: skip
    made = []
    for split, name, language, labels, each in parts:
        for number, label in enumerate(label for label in labels for _ in range(each)):
            shown = directions[SPACE.index(label)] + _MARK * (language == "zh") * directions[-1]
            frames = shown + _NOISE * generator.standard_normal((_FRAMES, _FEATURES))
            made.append(
                Record(
                    id=f"{split}-{number}", corpus=name, speaker=f"{name}-{split}-{number}", split=split,
                    language=language, label=label, arrays={"frames": frames.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
