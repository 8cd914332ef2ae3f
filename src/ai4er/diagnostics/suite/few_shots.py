"""Few shots: a few labelled items of each emotion, and many without a label.

What differs most between items means nothing: half of the twelve directions are loud noise. A few items of a class do
not show which directions those are, and are compared by them; the unlabelled items do, since their covariance is nearly
that of the noise, and with the noise scaled down to what it is worth a few items are enough (Mahalanobis distance).
`difficulty` takes labelled items away: from five of each emotion down to one.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, corners, jittered, labels_of, records_of
from ai4er.diagnostics.suite._solvers import averages, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

FACTORS, LOUD, STEPS = 12, 6, 4


def scene(seed: int, difficulty: float) -> Records:
    """24 items to validate, 200 to test, 400 without a label; twelve factors, turned at random."""
    generator = np.random.default_rng([seed, 109])
    shots = 5 - round(4 * difficulty)
    sizes = {"train": CLASSES.size * shots, "valid": 24, "test": 200, "unlabelled": 400}
    splits, labels = labels_of(sizes, CLASSES.size, generator)
    spread = np.repeat([0.15, 2.0], [FACTORS - LOUD, LOUD])
    shown = corners(CLASSES.size, FACTORS)[labels] + spread * generator.standard_normal((len(labels), FACTORS))
    turned = shown @ np.linalg.qr(generator.standard_normal((FACTORS, FACTORS)))[0]
    return records_of("few_shots", splits, labels, jittered(turned, STEPS, 0.1, generator))


def oracle(records: Records) -> np.ndarray:
    """The nearest class mean of the labelled items, in the scale that the unlabelled items give."""
    values, vectors = np.linalg.eigh(np.cov(averages(part(records, "unlabelled")).T))
    whiten = vectors / np.sqrt(values)
    train, test = part(records, "train"), part(records, "test")
    labels = np.array([CLASSES.index(str(record.label)) for record in train])
    shown = averages(train) @ whiten
    means = np.stack([shown[labels == k].mean(0) for k in range(CLASSES.size)])
    scores = np.exp(-np.square((averages(test) @ whiten)[:, None] - means).sum(-1))
    return scores / scores.sum(1, keepdims=True)


def blind(records: Records) -> np.ndarray:
    """The best model of the labelled items alone."""
    return fitted(records, CLASSES, averages)


MECHANISM = Mechanism("the noise of unlabelled items", CLASSES, scene, oracle, blind, gap=0.3, harder="blind")
