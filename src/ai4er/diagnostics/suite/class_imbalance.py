"""Imbalance: some emotions are rare in training and as frequent as the others in the test.

Classes overlap, so that a doubtful item must be given to one of them; who learns from the training part as it is gives
it to a frequent one, and the rare classes are hardly ever found. Who weighs the classes alike does as well as can be
done. Each class is `1 + 8 * difficulty` times as frequent in training as the next; which is rare changes with the seed.
The validation part is as unbalanced as the training part.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, corners, jittered, labels_of, records_of
from ai4er.diagnostics.suite._solvers import averages, decided, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

FACTORS, STEPS, SPREAD = 4, 6, 0.55


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 6 steps that differ by noise."""
    generator = np.random.default_rng([seed, 106])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    shares = (1 + 8 * difficulty) ** -np.arange(CLASSES.size, dtype=float)
    shares = generator.permutation(shares / shares.sum())
    for split in ("train", "valid"):
        counts = np.maximum(2, np.round(shares * SIZES[split])).astype(int)
        drawn = np.repeat(np.arange(CLASSES.size), counts)
        drawn = np.resize(generator.permutation(drawn), SIZES[split])
        labels[splits == split] = drawn
    centres = corners(CLASSES.size, FACTORS)[labels] + SPREAD * generator.standard_normal((len(labels), FACTORS))
    return records_of("class_imbalance", splits, labels, jittered(centres, STEPS, 0.1, generator))


def oracle(records: Records) -> np.ndarray:
    """The nearest place of a class: Bayes' rule for classes that are equally frequent."""
    return decided((averages(part(records, "test")) @ corners(CLASSES.size, FACTORS).T).argmax(1), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of the training part as it is."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("rare classes as much as frequent ones", CLASSES, scene, oracle, blind, gap=0.15, harder="blind")
