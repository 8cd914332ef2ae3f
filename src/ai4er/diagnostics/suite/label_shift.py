"""Domain shift of the labels: what is frequent in the source is rare in the target.

Each class looks the same in both domains, and the classes overlap, so that a doubtful item is best given to the class
that is frequent where it comes from. The unlabelled items show how frequent the classes of the target are (expectation
maximisation: Saerens, Latinne and Decaestecker, Neural Computation 2002). Who takes all classes as equally frequent is
part of the way there. The metric is the accuracy.
`difficulty` is how skewed both domains are.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._domains import SIZES, domains_of, source_and_target
from ai4er.diagnostics.suite._scenes import CLASSES, corners
from ai4er.diagnostics.suite._solvers import averages, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SPREAD = 0.65
ROUNDS = 100


def scene(seed: int, difficulty: float) -> Records:
    """Source and target; four factors."""
    generator = np.random.default_rng([seed, 117])
    shares = (1 + 4 * difficulty) ** -np.arange(CLASSES.size, dtype=float)
    shares, order = shares / shares.sum(), generator.permutation(CLASSES.size)
    splits = np.repeat(list(SIZES), list(SIZES.values()))
    frequent = np.where(np.isin(splits, ("unlabelled", "test")), -1, 1)
    ranks = generator.choice(CLASSES.size, len(splits), p=shares)
    labels = order[np.where(frequent > 0, ranks, CLASSES.size - 1 - ranks)]

    def draw(labels: np.ndarray, target: bool) -> np.ndarray:
        places = corners(CLASSES.size, CLASSES.size)[labels]
        return places + SPREAD * generator.standard_normal(places.shape)

    return domains_of("label_shift", splits, labels, draw, generator)


def oracle(records: Records) -> np.ndarray:
    """Bayes' rule with the class frequencies that explain the unlabelled items best."""
    shares = np.full(CLASSES.size, 1 / CLASSES.size)
    likely = _likelihood(source_and_target(records)[1])
    for _ in range(ROUNDS):
        shares = _posterior(likely, shares).mean(0)
    return _posterior(_likelihood(averages(part(records, "test"))), shares)


def _likelihood(x: np.ndarray) -> np.ndarray:
    distances = np.square(x[:, None] - corners(CLASSES.size, CLASSES.size)).sum(-1)
    return np.exp(-0.5 * distances / SPREAD**2)


def _posterior(likely: np.ndarray, shares: np.ndarray) -> np.ndarray:
    joint: np.ndarray = likely * shares
    return joint / joint.sum(1, keepdims=True)


def blind(records: Records) -> np.ndarray:
    """The best model of the source."""
    return fitted(records, CLASSES, averages)


MECHANISM = Mechanism(
    "how frequent classes are in the target", CLASSES, scene, oracle, blind, gap=0.35, harder="blind", metric="wa"
)
