"""Missing modality: learnt with three modalities, tested with one of them missing.

The first modality shows the emotion under much noise, the second that noise alone, and the third the emotion under
a little. With all three the first less the second says everything, and that is what is learnt. Every test item lacks
one of the three, and what was learnt then takes the noise for the emotion: without the second the third must be
believed, and without the first the second must be left alone. Validation items are complete. `difficulty` is the
noise of the third modality.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, floats, jittered, labels_of
from ai4er.diagnostics.suite._solvers import decided, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Record, Records

MODALITIES = ("first", "second", "third")
STEPS, LOUD, EXACT = 4, 4.0, 0.1


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 4 steps; each modality has four factors."""
    generator = np.random.default_rng([seed, 124])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    emotion = np.eye(CLASSES.size)[labels]
    noise = LOUD * generator.standard_normal(emotion.shape)
    weak = 0.2 + 0.5 * difficulty
    parts = (emotion + noise, noise, emotion + weak * generator.standard_normal(emotion.shape))
    shown = [jittered(centres, STEPS, EXACT, generator) for centres in parts]
    lacking = [MODALITIES[i % 3] if split == "test" else "" for i, split in enumerate(splits)]
    return Records(
        Record(
            id=f"{split}{i}", corpus="missing_modality", split=str(split), label=CLASSES.names[label],
            arrays={name: floats(one[i]) for name, one in zip(MODALITIES, shown) if name != lacking[i]},
        )
        for i, (split, label) in enumerate(zip(splits, labels))
    )  # fmt: skip


def _mean(record: Record, name: str) -> np.ndarray:
    """What a modality shows, averaged; zeros, its mean over the items, where it is missing."""
    if name in record.arrays:
        return record.arrays[name].mean(0)
    return np.zeros(CLASSES.size) if name == "second" else np.full(CLASSES.size, 1 / CLASSES.size)


def together(records: Records) -> np.ndarray:
    """All modalities side by side, the mean in place of a missing one: (records, 3 * factors)."""
    return np.stack([np.concatenate([_mean(record, name) for name in MODALITIES]) for record in records])


def oracle(records: Records) -> np.ndarray:
    """First less second where both are there, else the third."""
    test = part(records, "test")
    both = [_mean(r, "first") - _mean(r, "second") if "third" not in r.arrays else _mean(r, "third") for r in test]
    return decided(np.argmax(both, axis=1), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of complete items, with the mean in place of what is missing."""
    return fitted(records, CLASSES, together)


MECHANISM = Mechanism("what is there when a modality is not", CLASSES, scene, oracle, blind, gap=0.15, harder="oracle")
