"""Phoneme-bound emotion: the same rise of pitch means one thing on one phoneme and the opposite on another.

Every item has each of four phonemes equally often. Pitch follows one pattern over the phonemes or its opposite, and
energy another pattern or its opposite: two bits, four classes. Both patterns sum to zero, so that mean and spread of
pitch, energy and phonemes are equal in all classes, and statistics of each by itself are at chance; pitch must be read
together with the phoneme that carries it, frame by frame. `difficulty` is noise on pitch and energy.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, records_of
from ai4er.diagnostics.suite._solvers import decided, factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

PHONEMES, EACH = 4, 4
PATTERNS = np.array([[1, 1, -1, -1], [1, -1, 1, -1]])
"""What pitch and energy do on each phoneme when their bit is one."""


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 16 steps; factors: four phonemes, pitch, energy."""
    generator = np.random.default_rng([seed, 104])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    noise = 0.2 + 2 * difficulty
    return records_of(
        "phoneme_bound_emotion", splits, labels, (_frames(int(label), noise, generator) for label in labels)
    )


def _frames(label: int, noise: float, generator: np.random.Generator) -> np.ndarray:
    spoken = generator.permutation(np.repeat(np.arange(PHONEMES), EACH))
    signs = 2 * np.array([label % 2, label // 2]) - 1
    prosody = signs * PATTERNS[:, spoken].T + noise * generator.standard_normal((len(spoken), 2))
    return np.concatenate([np.eye(PHONEMES)[spoken], prosody], axis=1)


def oracle(records: Records) -> np.ndarray:
    """Pitch and energy, each summed with the sign that its phoneme gives it."""
    shown = factors(part(records, "test"))
    expected = shown[..., :PHONEMES] @ PATTERNS.T
    return decided(((expected * shown[..., PHONEMES:]).sum(1) > 0) @ [1, 2], CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of means and standard deviations."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism(
    "pitch and energy by the phoneme they fall on", CLASSES, scene, oracle, blind, gap=0.5, harder="oracle"
)
