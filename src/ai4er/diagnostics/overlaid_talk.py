"""Overlaid talk: clean recordings to learn from, and a second voice at the same time in every recording of the test.

A recording is a row of twelve tones out of sixteen, four of which belong to each emotion. In the validation and the
test part another recording is heard as well, at the same level or up to 2 dB below: neutral talk, or talk of the same
emotion. These are the two mixtures that EMix allows, and what is meant stays clear: emotion over neutral talk is
that emotion, only neutral over neutral is neutral. The tones of an emotion and those of neutral talk are then equally
many, and who learnt from clean recordings only has never been told which of both counts.

Array `audio` (samples,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.augment.mixing import mixed
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 96, "valid": 48, "test": 240}
TONES = 4  # of each emotion
LENGTH, SAMPLES = 12, 640  # tones of a recording, and samples of a tone
SHARE = (0.5, 0.55)  # of the recording itself in a mixture
NEUTRAL = 0.75  # of the mixtures are with neutral talk
LOWEST, OCTAVES = 200.0, 4.8  # hertz
RATE = 16_000


def records(seed: int) -> Records:
    """384 recordings of half a second in four classes."""
    generator = np.random.default_rng([seed, 5])
    tones = LOWEST * 2 ** np.linspace(0, OCTAVES, SPACE.size * TONES)
    tones = generator.permutation(tones).reshape(SPACE.size, TONES)
    made = []
    for split, size in SIZES.items():
        for number in range(size):
            label = SPACE.names[number % SPACE.size]
            audio = _talk(tones[SPACE.index(label)], generator)
            if split != "train":
                below = "neutral" if generator.random() < NEUTRAL else label
                other = _talk(tones[SPACE.index(below)], generator)
                audio = mixed(audio, other, float(generator.uniform(*SHARE)))
            name = f"{split}{number}"
            made.append(
                Record(
                    id=name, corpus="overlaid_talk", speaker=name, split=split, label=label, arrays={"audio": audio}
                )
            )  # fmt: skip
    return Records(made)


def _talk(tones: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    pitch = generator.choice(tones, size=(LENGTH, 1)) * 2 ** generator.normal(0, 0.05, (LENGTH, 1))
    phase = generator.uniform(0, 2 * np.pi, (LENGTH, 1))
    waves = 0.1 * np.sin(2 * np.pi * pitch * np.arange(SAMPLES) / RATE + phase)
    return (waves.ravel() + 0.005 * generator.standard_normal(waves.size)).astype(np.float32)
