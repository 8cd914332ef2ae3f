"""Conditional domain shift: one cue means another class in the new domain, and the other cue the same.

Both cues tell the classes apart in the source, the changing one as well as the steady one. In the target each class
shows the changing cue of the next class. Means and covariances of both domains are equal, so that no alignment of the
domains as wholes helps; in the unlabelled target items the two cues contradict what the source has taught of them
together, and one of them has to be given up. Whatever uses both is torn between two classes. Which one, the items do
not say, but that the changing cue is the weaker one at a difficulty below two thirds. `difficulty` is how strong the
changing cue is against the steady one.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._domains import domains
from ai4er.diagnostics.suite._scenes import CLASSES, corners
from ai4er.diagnostics.suite._solvers import averages, decided, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SPREAD = 0.35


def scene(seed: int, difficulty: float) -> Records:
    """Source and target; four factors of the steady cue, four of the changing one."""
    generator = np.random.default_rng([seed, 116])
    places = corners(CLASSES.size, CLASSES.size)
    strength = 0.6 + 0.6 * difficulty

    def draw(labels: np.ndarray, target: bool) -> np.ndarray:
        changing = (labels + 1) % CLASSES.size if target else labels
        shown = np.concatenate([places[labels], strength * places[changing]], axis=1)
        return shown + SPREAD * generator.standard_normal(shown.shape)

    return domains("conditional_shift", draw, generator)


def oracle(records: Records) -> np.ndarray:
    """The steady cue alone."""
    shown = averages(part(records, "test"))[:, : CLASSES.size]
    return decided(shown.argmax(1), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of the source; means and covariances are equal, so that aligning them changes nothing."""
    return fitted(records, CLASSES, averages)


MECHANISM = Mechanism("which cue keeps its meaning", CLASSES, scene, oracle, blind, gap=0.2, harder="blind")
