"""Imagined modalities: pairs of modalities say what most labels of the training part do not.

An item has a valence and an arousal, and its class is the quadrant they lie in. Speech, text and video are one vector
each, the two quantities in a random basis of the modality's own. Text shows little else; speech and video also show
what is theirs alone, many quantities that vary more than the shared ones, so that the shared ones have to be told
apart from them. Three of four training labels are guessed, which is too little to learn that from. What an item says
in one modality predicts what it says in another without any label: who learns to imagine text from speech or video
learns to see the shared quantities there. Validation and test have the right labels.

Arrays `text` (4,), `audio` (40,) and `video` (40,).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 1500, "valid": 80, "test": 200}
FEATURES = {"text": 4, "audio": 40, "video": 40}
PRIVATE = {"text": 0, "audio": 30, "video": 30}
QUADRANTS = ("sadness", "anger", "neutral", "happiness")
"""Class of low valence and low arousal, low and high, high and low, high and high."""
GUESSED = 0.75
NOISE = 0.1


def records(seed: int) -> Records:
    """1,500 items to learn from, 80 and 200 to judge by; the bases change with the seed."""
    generator = np.random.default_rng([seed, 6])
    number = sum(SIZES.values())
    splits = np.repeat(list(SIZES), list(SIZES.values()))
    shared = generator.normal(size=(number, 2))
    arrays = {name: _shown(name, shared, generator) for name in FEATURES}
    labels = (shared > 0) @ [2, 1]
    guessed = (splits == "train") & (generator.random(number) < GUESSED)
    labels = np.where(guessed, generator.integers(len(QUADRANTS), size=number), labels)
    return Records(
        Record(
            id=f"{splits[i]}{i}", corpus="imagined_modalities", split=str(splits[i]), label=QUADRANTS[labels[i]],
            arrays={name: array[i] for name, array in arrays.items()},
        )
        for i in range(number)
    )  # fmt: skip


def _shown(name: str, shared: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A modality of every item: shared and private quantities in its basis, and noise. (items, features)."""
    size, private = FEATURES[name], PRIVATE[name]
    x = shared @ generator.normal(size=(2, size)) / np.sqrt(2)
    if private:
        x = x + 2 * generator.normal(size=(len(x), private)) @ generator.normal(size=(private, size)) / np.sqrt(private)
    return (x + generator.normal(0, NOISE, x.shape)).astype(np.float32)
