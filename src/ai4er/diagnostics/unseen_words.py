"""Unseen words: eight emotions are trained on, four others are tested, and only their words tell how they sound.

Where an emotion lies in three factors follows from its word: the three directions in which the vectors of all twelve
words differ the most, turned and stretched at random. The factors are heard in thirty features, together with eight
others, much louder, that vary without meaning in the same features.

Array `vector` (30,); the word vectors are those of the built-in sentence network.
"""

from __future__ import annotations

import numpy as np

from ai4er.encoders import word_vectors
from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

NAMES = (
    "anger", "boredom", "contempt", "disgust", "fear", "happiness", "neutral", "pride", "relief", "sadness", "shame",
    "surprise",
)  # fmt: skip
SPACE = LabelSpace(name="twelve_emotions", kind="single", names=NAMES, source="generated")
_UNSEEN = 4
_FACTORS, _IDLE, _FEATURES = 3, 8, 30
_LOUD, _NOISE = 1.5, 1.0
_EACH = {"train": 30, "valid": 5, "test": 50}


def records(seed: int) -> Records:
    """360 items; `train` and `valid` hold eight emotions, `test` the four others, chosen by the seed."""
    generator = np.random.default_rng([seed, 157])
    order = generator.permutation(len(NAMES))
    vectors = np.stack(list(word_vectors("minilm", NAMES).values())).astype(np.float64)
    centred = vectors - vectors.mean(0)
    places = centred @ np.linalg.svd(centred, full_matrices=False)[2][:_FACTORS].T
    places = places / places.std() @ generator.standard_normal((_FACTORS, _FACTORS))
    places /= places.std()
    sound = generator.standard_normal((_FACTORS + _IDLE, _FEATURES)) / np.sqrt(_FACTORS)
    sound[_FACTORS:] *= _LOUD
    made = []
    for split, each in _EACH.items():
        emotions = np.repeat(order[:_UNSEEN] if split == "test" else order[_UNSEEN:], each)
        factors = np.concatenate([places[emotions], generator.standard_normal((len(emotions), _IDLE))], axis=1)
        heard = factors @ sound + _NOISE * generator.standard_normal((len(emotions), _FEATURES))
        made += [
            Record(
                id=f"{split}-{number}", corpus="unseen_words", speaker=f"{split}-{number}", split=split,
                label=NAMES[emotion], arrays={"vector": vector.astype(np.float32)},
            )
            for number, (emotion, vector) in enumerate(zip(emotions, heard))
        ]  # fmt: skip
    return Records(made)
