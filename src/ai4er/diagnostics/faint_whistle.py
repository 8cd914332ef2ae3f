"""Faint whistle: it names the class of every clean recording, and is the first to be lost in noise.

A recording is a row of eight loud tones, each with a probability of 0.7 of the emotion of the recording, otherwise of
another one; four of sixteen pitches belong to each emotion. A whistle 30 dB below them has one pitch for each emotion.
The test is in noise, 0 to 10 dB below the recording, which is louder in the whistle's mel band than the whistle: what
counts there is the tones. Weaker noise does not hide it, and whoever mostly hears that learns from the whistle.

Array `audio` (samples,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.augment.noise import at_ratio, white
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 144, "valid": 48, "test": 200}
_OWN = 0.7  # probability of a tone of the recording's own emotion
_RATIOS = (0.0, 10.0)  # decibels, of the test
_TONES, _SAMPLES, _WAYS = 8, 640, 4
_RATE = 16_000
_LOWEST, _OCTAVES = 300.0, 2.0  # hertz
_WHISTLES = (3600.0, 4500.0, 5600.0, 6900.0)  # hertz
_FAINT = 0.003


def records(seed: int) -> Records:
    """392 recordings of a third of a second in four balanced classes."""
    generator = np.random.default_rng([seed, 307])
    pitches = _LOWEST * 2 ** np.linspace(0, _OCTAVES, SPACE.size * _WAYS)
    pitches = generator.permutation(pitches).reshape(SPACE.size, _WAYS)
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label, name = number % SPACE.size, f"{split}{number}"
            audio = _recording(label, pitches, generator)
            if split == "test":
                audio = at_ratio(audio, white(len(audio), generator), generator.uniform(*_RATIOS))
            made.append(
                Record(
                    id=name, corpus="faint_whistle", speaker=name, split=split, label=SPACE.names[label],
                    arrays={"audio": audio.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)


def _recording(label: int, pitches: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    other = (label + generator.integers(1, SPACE.size, _TONES)) % SPACE.size
    shown = np.where(generator.random(_TONES) < _OWN, label, other)
    pitch = pitches[shown, generator.integers(_WAYS, size=_TONES)][:, None]
    phase = generator.uniform(0, 2 * np.pi, (_TONES, 1))
    tones = 0.1 * np.sin(2 * np.pi * pitch * np.arange(_SAMPLES) / _RATE + phase) * np.hanning(_SAMPLES)
    whistle = _FAINT * np.sin(2 * np.pi * _WHISTLES[label] * np.arange(tones.size) / _RATE)
    found: np.ndarray = tones.ravel() + whistle + 1e-5 * generator.standard_normal(tones.size)
    return found
