"""Domain shift of the mean: everything in the new domain is moved by one vector.

The classes lie about as far apart as the vector is long, so that what was learnt in the source meets the wrong classes
in the target. The unlabelled items of the target show where its middle is; once both middles are the same, nothing
else differs. `difficulty` is the length of the vector.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._domains import domains, replaced, source_and_target
from ai4er.diagnostics.suite._scenes import CLASSES, corners
from ai4er.diagnostics.suite._solvers import averages, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

FACTORS, SPREAD = 6, 0.3


def scene(seed: int, difficulty: float) -> Records:
    """Source and target; six factors, four of them of the classes."""
    generator = np.random.default_rng([seed, 114])
    places = corners(CLASSES.size, FACTORS)
    direction = generator.standard_normal(CLASSES.size) @ places
    shift = (0.4 + 1.6 * difficulty) * direction / np.linalg.norm(direction)

    def draw(labels: np.ndarray, target: bool) -> np.ndarray:
        return places[labels] + target * shift + SPREAD * generator.standard_normal((len(labels), FACTORS))

    return domains("mean_shift", draw, generator)


def oracle(records: Records) -> np.ndarray:
    """The best model of the source, on test items that are moved by the difference of both middles."""
    source, target = source_and_target(records)
    moved = averages(part(records, "test")) + source.mean(0) - target.mean(0)
    return fitted(replaced(records, "test", moved), CLASSES, averages)


def blind(records: Records) -> np.ndarray:
    """The best model of the source."""
    return fitted(records, CLASSES, averages)


MECHANISM = Mechanism("where the middle of the target is", CLASSES, scene, oracle, blind, gap=0.3, harder="blind")
