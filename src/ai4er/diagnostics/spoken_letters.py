"""Spoken letters: which letter is said most often is the class, and every letter can be said in four ways.

A recording says five letters out of four, three of them the letter of its class. Each letter has four tones of its own,
in no order of pitch, and any of them may be heard for it. Twelve recordings with labels are too few to find out which
tones belong together; many recordings without labels are there with what was said, and whoever learns to write that
down knows it.

Array `audio` (samples,) at 16 kHz; text: the letters.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
LETTERS = "abcd"
_SIZES = {"unlabelled": 120, "train": 12, "valid": 16, "test": 100}
_WAYS, _LENGTH, _OWN = 4, 5, 3
_SAMPLES = 1280  # of a letter, 80 ms
_RATE = 16_000
_LOWEST, _OCTAVES = 200.0, 4.8  # hertz


def records(seed: int) -> Records:
    """Recordings of 0.4 s in four classes; those of the split `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 59])
    tones = _LOWEST * 2 ** np.linspace(0, _OCTAVES, len(LETTERS) * _WAYS)
    tones = generator.permutation(tones).reshape(len(LETTERS), _WAYS)
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label = number % SPACE.size
            others = generator.choice(np.delete(np.arange(len(LETTERS)), label), _LENGTH - _OWN)
            letters = generator.permutation(np.concatenate([np.full(_OWN, label), others]))
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="spoken_letters", speaker=f"{split}-{number}", split=split,
                    label=None if split == "unlabelled" else SPACE.names[label],
                    text="".join(LETTERS[letter] for letter in letters),
                    arrays={"audio": _audio(tones[letters, generator.integers(_WAYS, size=_LENGTH)], generator)},
                )
            )  # fmt: skip
    return Records(made)


def _audio(pitch: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    phase = generator.uniform(0, 2 * np.pi, (len(pitch), 1))
    waves = 0.1 * np.sin(2 * np.pi * pitch[:, None] * np.arange(_SAMPLES) / _RATE + phase) * np.hanning(_SAMPLES)
    return (waves.ravel() + 0.001 * generator.standard_normal(waves.size)).astype(np.float32)
