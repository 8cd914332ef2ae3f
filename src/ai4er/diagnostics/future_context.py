"""Future context: of several events, the one that is followed by a cue decides.

Every sequence (40 frames, 13 features) holds five short events, each with the direction of one of four
classes. Right after one of them a cue appears, and the label is the class of that event. Read forwards, the cue
comes too late to weigh the event that it marks, and what the event was must be remembered until then;
read backwards, the cue comes first. The 96 training sequences are enough for the second and too few for the
first. The mean over time says nothing, since every class is likely to be among the events.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

SPACE: LabelSpace = label_space("common4")
_FRAMES, _FEATURES, _EVENTS, _LENGTH = 40, 13, 5, 2
_SIZES = {"train": 96, "valid": 24, "test": 240}


def records(seed: int) -> Records:
    """Arrays `frames` (40, 13); the label is that of the event before the cue."""
    generator = np.random.default_rng([seed, 41])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES - 1, SPACE.size)))[0].T * 3
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            made.append(_record(f"{split}-{number}", split, directions, generator))
    return Records(made)


def _record(name: str, split: str, directions: np.ndarray, generator: np.random.Generator) -> Record:
    frames = 0.3 * generator.standard_normal((_FRAMES, _FEATURES))
    slots = np.sort(generator.choice(_FRAMES // (_LENGTH + 2), _EVENTS, replace=False)) * (_LENGTH + 2)
    classes = generator.integers(SPACE.size, size=_EVENTS)
    marked = int(generator.integers(_EVENTS))
    for start, kind in zip(slots, classes):
        frames[start : start + _LENGTH, :-1] += directions[kind]
    frames[slots[marked] + _LENGTH, -1] += 3
    return Record(
        id=name, corpus="future_context", split=split, label=SPACE.names[classes[marked]],
        arrays={"frames": frames.astype(np.float32)},
    )  # fmt: skip
