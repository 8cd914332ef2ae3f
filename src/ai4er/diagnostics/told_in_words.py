"""Told in words: two labelled recordings of each class, and many without a label in which people say how they feel.

The frames of a recording hold the faint pattern of its class under noise. Who has two examples of each does not find
it. The unlabelled recordings have the same patterns, and their transcripts name the feeling three times in four, and
any one otherwise; whoever reads them has hundreds of examples, some of them wrong. A test recording has no transcript.

Array `frames` (32, 16), and the text of the unlabelled recordings.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
TOLD = 0.75
_WORDS = {"anger": "angry", "happiness": "happy", "sadness": "sad", "neutral": "calm"}
_SENTENCES = ("I am so {} today", "this makes me {}", "yes, I feel {} about it")
_SIZES = {"train": 8, "valid": 24, "test": 200, "unlabelled": 320}
_SHAPE, _FAINT = (32, 16), 0.5


def records(seed: int) -> Records:
    """552 recordings in four balanced classes; attributes["class"] is that of an unlabelled one."""
    generator = np.random.default_rng([seed, 137])
    patterns = generator.standard_normal((SPACE.size, *_SHAPE))
    patterns = np.repeat(patterns[:, ::8], 8, axis=1)  # four stretches of eight equal frames
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            kind = number % SPACE.size
            told = kind if generator.random() < TOLD else int(generator.integers(SPACE.size))
            sentence = _SENTENCES[int(generator.integers(len(_SENTENCES)))]
            frames = _FAINT * patterns[kind] + generator.standard_normal(_SHAPE)
            hidden = split == "unlabelled"
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="told_in_words", speaker=f"{split}-{number}", split=split,
                    label=None if hidden else SPACE.names[kind], attributes={"class": SPACE.names[kind]},
                    text=sentence.format(_WORDS[SPACE.names[told]]) if hidden else None,
                    arrays={"frames": frames.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
