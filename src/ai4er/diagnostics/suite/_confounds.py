"""Items that show a cue of their class and something else that agrees with it in training only."""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, mistaken
from ai4er.diagnostics.suite._solvers import averages, decided, part
from ai4er.records import Records

SPREAD = 0.5
"""Noise of the cue, which is one factor for each class, 1 for its own."""


def companions(splits: np.ndarray, labels: np.ndarray, agreement: float, generator: np.random.Generator) -> np.ndarray:
    """What goes with each item: in training its class with probability `agreement`, in the test anything alike."""
    known = splits != "test"
    drawn = generator.integers(CLASSES.size, size=len(labels))
    return np.where(known, mistaken(labels, 1 - agreement, CLASSES.size, generator), drawn)


def cue(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The factors of the cue, (items, classes)."""
    return np.eye(CLASSES.size)[labels] + SPREAD * generator.standard_normal((len(labels), CLASSES.size))


def cue_only(records: Records) -> np.ndarray:
    """The largest of the first factors, those of the cue: Bayes' rule without the confounder."""
    return decided(averages(part(records, "test"))[:, : CLASSES.size].argmax(1), CLASSES.size)
