"""Additive noise and reverberation: learnt in a quiet room, tested in a noisy one that echoes.

A recording is a pause, talk, and another pause. Talk sounds on and off in the band of its emotion; noise sounds on and
off in one band all the time, as often in all as talk does; the room lets both die away slowly. Training recordings have
hardly any noise or echo. In the test the noisy band is as loud as the band of the emotion over the whole recording, and
its levels are spread nearly alike. Only the pause before the talk shows the noise alone, to be taken off.
`difficulty` is the level of the noise in the test.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, records_of
from ai4er.diagnostics.suite._solvers import factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

PAUSE, TALK, AFTER = 6, 16, 2


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 24 frames; factors: the level of each of four bands."""
    generator = np.random.default_rng([seed, 108])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    level = 0.6 + 1.4 * difficulty

    def frames(split: str, label: int) -> np.ndarray:
        quiet = split != "test"
        noise = level * (0.1 * generator.random() if quiet else generator.uniform(0.8, 1.2))
        return _frames(label, noise, 0.2 if quiet else 0.6, generator)

    return records_of(
        "noise_and_reverberation", splits, labels, (frames(str(s), int(k)) for s, k in zip(splits, labels))
    )


def _frames(label: int, noise: float, echo: float, generator: np.random.Generator) -> np.ndarray:
    steps = PAUSE + TALK + AFTER
    frames = np.zeros((steps, CLASSES.size))
    frames[PAUSE : PAUSE + TALK, label] = 2 * generator.integers(2, size=TALK)
    heard = generator.permutation(np.pad(generator.integers(2, size=TALK), (0, steps - TALK)))
    frames[:, generator.integers(CLASSES.size)] += 2 * noise * heard
    for step in range(1, steps):
        frames[step] += echo * frames[step - 1]
    return frames + 0.05 * generator.random(frames.shape)


def oracle(records: Records) -> np.ndarray:
    """The level of talk in each band less that of the pause before it."""
    shown = factors(part(records, "test"))
    found = shown[:, PAUSE : PAUSE + TALK].mean(1) - shown[:, :PAUSE].mean(1)
    return np.exp(found) / np.exp(found).sum(1, keepdims=True)


def blind(records: Records) -> np.ndarray:
    """The best model of means and standard deviations over the recording."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("noise as heard in the pause", CLASSES, scene, oracle, blind, gap=0.35, harder="blind")
