"""Longer voice: clean recordings to learn from; the test part has two voices at once, and the longer one counts.

A recording is a row of three to twelve tones out of sixteen, four of which belong to each emotion. In the validation
and the test part two recordings of different emotions begin together, and the label is that of the one that goes on for
longer, by at least four tones, though it is the quieter by 8 dB. Who learns from mixtures with labels half and half is
told that both emotions are equally there, and answers with the louder one.

Array `audio` (samples,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 128, "valid": 48, "test": 240}
TONES = 4  # of each emotion
SHORTEST, LONGEST, APART, SAMPLES = 3, 12, 4, 640  # tones of a recording, and samples of a tone
QUIETER = 0.4  # the longer voice, in the test part
LOWEST, OCTAVES = 200.0, 4.8  # hertz
RATE = 16_000


def records(seed: int) -> Records:
    """416 recordings of up to half a second in four classes."""
    generator = np.random.default_rng([seed, 29])
    tones = LOWEST * 2 ** np.linspace(0, OCTAVES, SPACE.size * TONES)
    tones = generator.permutation(tones).reshape(SPACE.size, TONES)
    made = []
    for split, size in SIZES.items():
        for number in range(size):
            emotion = number % SPACE.size
            length = int(generator.integers(SHORTEST, LONGEST + 1))
            if split != "train":
                length = int(generator.integers(SHORTEST + APART, LONGEST + 1))
            audio = _talk(tones[emotion], length, generator)
            if split != "train":
                other = (emotion + int(generator.integers(1, SPACE.size))) % SPACE.size
                shorter = _talk(tones[other], int(generator.integers(SHORTEST, length - APART + 1)), generator)
                audio = QUIETER * audio
                audio[: len(shorter)] += shorter
            name = f"{split}{number}"
            made.append(
                Record(
                    id=name, corpus="longer_voice", speaker=name, split=split, label=SPACE.names[emotion],
                    arrays={"audio": audio},
                )
            )  # fmt: skip
    return Records(made)


def _talk(tones: np.ndarray, length: int, generator: np.random.Generator) -> np.ndarray:
    pitch = generator.choice(tones, size=(length, 1)) * 2 ** generator.normal(0, 0.05, (length, 1))
    phase = generator.uniform(0, 2 * np.pi, (length, 1))
    waves = 0.1 * np.sin(2 * np.pi * pitch * np.arange(SAMPLES) / RATE + phase)
    return (waves.ravel() + 0.002 * generator.standard_normal(waves.size)).astype(np.float32)
