"""Domain shift of the covariance: the new domain is stretched in some directions and squeezed in others.

The directions are oblique to the factors, and the middle stays, so that neither the means of the domains nor the scale
of each factor by itself say what has changed; all factors vary alike in the source. The covariance of the unlabelled
target items shows the stretch, and can be taken back to that of the source (CORAL: Sun, Feng and Saenko, AAAI 2016).
`difficulty` is how strong the stretch is.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import helmert

from ai4er.diagnostics.suite._domains import domains, moments, replaced, source_and_target
from ai4er.diagnostics.suite._scenes import CLASSES
from ai4er.diagnostics.suite._solvers import averages, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

FACTORS, SPREAD = 10, 0.25


def scene(seed: int, difficulty: float) -> Records:
    """Source and target; ten factors, three of them of the classes, all of one variance in the source."""
    generator = np.random.default_rng([seed, 115])
    places = np.zeros((CLASSES.size, FACTORS))
    places[:, : CLASSES.size - 1] = helmert(CLASSES.size).T
    inside = np.full(FACTORS, np.sqrt(SPREAD**2 + places[:, 0].var()))
    inside[: CLASSES.size - 1] = SPREAD
    rotation = np.linalg.qr(generator.standard_normal((FACTORS, FACTORS)))[0]
    strength = (1 + 20 * difficulty) ** np.linspace(-1, 1, FACTORS)
    stretch = rotation * strength @ rotation.T

    def draw(labels: np.ndarray, target: bool) -> np.ndarray:
        x = places[labels] + inside * generator.standard_normal((len(labels), FACTORS))
        return x @ stretch if target else x

    return domains("covariance_shift", draw, generator)


def oracle(records: Records) -> np.ndarray:
    """The best model of the source, on test items whose covariance is turned into that of the source."""
    source, target = source_and_target(records)
    undo = _power(np.cov(target.T), -0.5) @ _power(np.cov(source.T), 0.5)
    moved = (averages(part(records, "test")) - target.mean(0)) @ undo + source.mean(0)
    return fitted(replaced(records, "test", moved), CLASSES, averages)


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-9) ** exponent) @ vectors.T


def blind(records: Records) -> np.ndarray:
    """The best model of the source, on test items with the source's mean and spread in every factor."""
    (mean, spread), (there, wide) = map(moments, source_and_target(records))
    moved = (averages(part(records, "test")) - there) / wide * spread + mean
    return fitted(replaced(records, "test", moved), CLASSES, averages)


MECHANISM = Mechanism("how the target is stretched", CLASSES, scene, oracle, blind, gap=0.15, harder="blind")
