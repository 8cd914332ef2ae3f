"""Crowded labels: an item has some of 28 labels at once, about as many as one vector of the network can tell apart.

Every label has a cue of its own in one of three modalities, and each label of an item is seen in one step there. The
steps together hold all of it; one vector of 32 numbers for all labels hardly holds 28 independent answers. Who
draws a vector of its own for each label from the steps needs no more than 32.

Arrays `text_frames`, `video_frames` and `audio_frames`, (4, 32) each, aligned.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["goemotions28"]
SIZES = {"train": 1500, "valid": 200, "test": 300}
MODALITIES = ("text_frames", "video_frames", "audio_frames")
STEPS, FEATURES = 4, 32
PREVALENCE = 0.5
CUE, NOISE = 4.0, 0.3


def records(seed: int) -> Records:
    """2,000 items; the cues change with the seed."""
    generator = np.random.default_rng(seed)
    number, labels = sum(SIZES.values()), SPACE.size
    splits = np.repeat(list(SIZES), list(SIZES.values()))
    cues = generator.normal(size=(labels, FEATURES))
    cues *= CUE / np.linalg.norm(cues, axis=1, keepdims=True)
    on = generator.random((number, labels)) < PREVALENCE
    frames = generator.normal(0, NOISE, (number, len(MODALITIES), STEPS, FEATURES))
    for label in range(labels):
        items = np.flatnonzero(on[:, label])
        frames[items, label % len(MODALITIES), generator.integers(STEPS, size=len(items))] += cues[label]
    return Records(
        Record(
            id=f"{splits[i]}{i}",
            corpus="crowded_labels",
            split=str(splits[i]),
            labels=tuple(name for name, there in zip(SPACE.names, on[i]) if there),
            arrays={name: frames[i, m].astype(np.float32) for m, name in enumerate(MODALITIES)},
        )
        for i in range(number)
    )
