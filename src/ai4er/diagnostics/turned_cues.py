"""Turned cues: every recording shows a cue and its language, and a cue means another emotion in each language.

Four cues and four languages have a direction each. The emotion is the sum of both numbers: every pair of a cue and a
language occurs as often, so that neither says anything by itself, and whoever is told the emotion alone has to find
both at once under the noise. Within one language each cue is one emotion, which a classifier of that language learns
easily, and the language is known in training: with both mapped, their table is left to learn.

Array `frames` (12, 24); `language` says how the cues are to be read, and nothing tells it in use but the frames.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
LANGUAGES = ("de", "en", "ja", "zh")
_SIZES = {"train": 320, "valid": 80, "test": 240}
_FRAMES, _FEATURES = 12, 24
_SIGNAL, _NOISE = 3.0, 2.5


def records(seed: int) -> Records:
    """640 recordings, balanced in every pair of emotion and language."""
    generator = np.random.default_rng([seed, 239])
    shown = np.linalg.qr(generator.standard_normal((_FEATURES, SPACE.size + len(LANGUAGES))))[0].T * _SIGNAL
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label, language = number % SPACE.size, number // SPACE.size % len(LANGUAGES)
            cue = (label + language) % SPACE.size
            noise = _NOISE * generator.standard_normal((_FRAMES, _FEATURES))
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="turned_cues", speaker=f"{split}-{number}", split=split,
                    language=LANGUAGES[language], label=SPACE.names[label],
                    arrays={"frames": (shown[cue] + shown[SPACE.size + language] + noise).astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
