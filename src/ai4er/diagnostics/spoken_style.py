"""Spoken style: what is said tells nothing, and how it is said is the level of every band.

An utterance is a row of letters, each a pattern of eight bands of its own. The class raises some bands and lowers
others by the same amount in all frames, which a recogniser that normalises every utterance cannot see; how much the
pattern of the class weighs changes from one utterance to the next, and every utterance has a level of its own. Many
utterances without a class are there with what was said.

Array `mel` (frames, 8); text: the letters.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
LETTERS = "abcd"
_SIZES = {"unlabelled": 40, "train": 96, "valid": 24, "test": 120}
_BANDS, _EACH = 8, 8
_STYLES = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1],
                    [1, -1, 1, -1, 1, -1, 1, -1], [1, -1, -1, 1, 1, -1, -1, 1]])  # fmt: skip


def records(seed: int) -> Records:
    """280 utterances of 24 to 48 frames in four classes; those of the split `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 71])
    patterns = 0.5 * generator.standard_normal((len(LETTERS), _BANDS))
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label = number % SPACE.size
            letters = generator.integers(len(LETTERS), size=generator.integers(3, 7))
            frames = np.repeat(patterns[letters], _EACH, axis=0)
            style = generator.uniform(0.7, 1.3) * _STYLES[label] + generator.normal(0, 0.5)
            mel = frames + style + 0.3 * generator.standard_normal(frames.shape)
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="spoken_style", speaker=f"{split}-{number}", split=split,
                    label=None if split == "unlabelled" else SPACE.names[label],
                    text=" ".join(LETTERS[letter] for letter in letters), arrays={"mel": mel.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
