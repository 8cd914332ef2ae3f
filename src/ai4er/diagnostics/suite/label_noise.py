"""Label noise: most training items of two emotions carry the label of the other one.

An item shows its class clearly. In training two of the four classes, which ones changes with the seed, are taken for
each other in `0.45 + 0.3 * difficulty` of their items; validation and test are right. Whoever believes the training
labels learns them the wrong way round, be it a model of the border between classes or of each class by itself;
whoever learns how labels are confused, as the validation part shows it, can turn them round (loss correction: Patrini
et al., CVPR 2017).
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, mistaken, records_of, shuffled, symbols
from ai4er.diagnostics.suite._solvers import decided, factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SYMBOLS, STEPS, SHOWN = 10, 8, 3


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 8 symbols, three of them that of the class, or in a twentieth of the items of another one."""
    generator = np.random.default_rng([seed, 107])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    first, second = generator.choice(CLASSES.size, 2, replace=False)
    heard = mistaken(labels, 0.05, CLASSES.size, generator)
    shown = [shuffled([kind] * SHOWN, STEPS, range(CLASSES.size, SYMBOLS), generator) for kind in heard]
    wrong = (splits == "train") & (generator.random(len(labels)) < 0.45 + 0.3 * difficulty)
    swapped = np.where(labels == first, second, np.where(labels == second, first, labels))
    labels = np.where(wrong, swapped, labels)
    return records_of("label_noise", splits, labels, (symbols(one, SYMBOLS) for one in shown))


def oracle(records: Records) -> np.ndarray:
    """The class whose symbol is shown."""
    return decided(factors(part(records, "test")).sum(1)[:, : CLASSES.size].argmax(1), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of the training labels as they are."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("that training labels are confused", CLASSES, scene, oracle, blind, gap=0.25, harder="blind")
