"""Missing modality: what is absent can be predicted from what is there, better than the labels can.

Every item is an angle on the circle of valence and arousal. The eight sectors of the circle carry four
classes, opposite sectors the same one. The face shows the angle in narrow, clean expressions, from which the
class is plain; voice and words show it as two directions among many, noisily, and since opposite angles share
their class, no direction of theirs goes with a class by itself. Half of the training labels are wrong (the
validation and test labels are right). Voice and words thus learn little from the labels, but a lot from what
the face looked like at the same moment: a system that imagines the face when it is missing beats one that is
only trained with the same missing patterns.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 600, "valid": 80, "test": 240}
SECTORS = 8
EXPRESSIONS = 16
FEATURES = 24
STRENGTH = 12.0
WRONG = 0.5


def records(seed: int) -> Records:
    """Utterance vectors `audio_frames` and `text_frames` (24,), `video_frames` (16,), without time axis."""
    generator = np.random.default_rng(seed)
    planes = [np.linalg.qr(generator.normal(size=(FEATURES, FEATURES)))[0][:2] for _ in range(2)]
    return Records(record for split in SIZES for record in _split(split, planes, generator))


def _split(split: str, planes: list[np.ndarray], generator: np.random.Generator) -> list[Record]:
    size = SIZES[split]
    angle = generator.uniform(0, 2 * np.pi, size)
    label = (angle / (2 * np.pi) * SECTORS).astype(int) % SPACE.size
    if split == "train":
        wrong = generator.random(size) < WRONG
        label = np.where(wrong, (label + generator.integers(1, SPACE.size, size)) % SPACE.size, label)
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    views = [STRENGTH * place @ plane + generator.normal(size=(size, FEATURES)) for plane in planes]
    views.append(3 * _expressions(angle) + 0.1 * generator.normal(size=(size, EXPRESSIONS)))
    names = ("audio_frames", "text_frames", "video_frames")
    return [
        Record(
            id=f"{split}-{i}",
            corpus="missing_modality",
            speaker=f"{split}-{i}",
            split=split,
            label=SPACE.names[label[i]],
            arrays={name: view[i].astype(np.float32) for name, view in zip(names, views)},
        )
        for i in range(size)
    ]


def _expressions(angle: np.ndarray) -> np.ndarray:
    """How much of each expression is shown, a bump around its own angle: (items, expressions)."""
    centres = np.arange(EXPRESSIONS) / EXPRESSIONS * 2 * np.pi
    return np.exp((np.cos(angle[:, None] - centres) - 1) * (EXPRESSIONS / 4) ** 2 / 2)
