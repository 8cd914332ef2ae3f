"""Many labels: an item has several of many labels, and each shows in one step of one modality.

Every label belongs to one modality and has a pattern there, one of orthogonal directions; the steps of an item are
all the resting pattern of their modality but for one step, drawn anew, for each label that the item has. Labels are
drawn independently of each other and an item has two to four. Who draws one representation of few features for the
whole item has to tell linearly in it which of all labels are there; who draws one for each label looks for its step.

Arrays `text`, `audio` and `video` (6, 8), step by step.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

MODALITIES = ("text", "audio", "video")
PATTERNS = 4
"""Labels of each modality."""
SPACE = LabelSpace(
    name="many_labels",
    kind="multi",
    names=tuple(f"{name}{number}" for name in MODALITIES for number in range(PATTERNS)),
    source="generated",
)
SIZES = {"train": 1500, "valid": 100, "test": 300}
STEPS, FEATURES = 4, 8
STRENGTH, NOISE = 3.0, 0.3


def records(seed: int) -> Records:
    """1,500 items to learn from, 100 and 300 to judge by; the patterns change with the seed."""
    generator = np.random.default_rng([seed, 47])
    square = (FEATURES, FEATURES)
    patterns = {m: np.linalg.qr(generator.normal(size=square))[0][: PATTERNS + 1] * STRENGTH for m in MODALITIES}
    return Records(
        _item(split, number, patterns, generator) for split, size in SIZES.items() for number in range(size)
    )


def _item(split: str, number: int, patterns: dict[str, np.ndarray], generator: np.random.Generator) -> Record:
    """An item with its labels; the last pattern of a modality is that of rest."""
    present = np.flatnonzero(generator.random(SPACE.size) < 0.5)
    arrays = {}
    for place, (name, pattern) in enumerate(patterns.items()):
        shown = np.full(STEPS, PATTERNS)
        own = present[present // PATTERNS == place] % PATTERNS
        shown[generator.permutation(STEPS)[: len(own)]] = own
        frames = pattern[shown] + NOISE * generator.normal(size=(STEPS, FEATURES))
        arrays[name] = frames.astype(np.float32)
    labels = tuple(SPACE.names[i] for i in present)
    return Record(id=f"{split}-{number}", corpus="many_labels", split=split, labels=labels, arrays=arrays)
