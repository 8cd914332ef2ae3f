"""Online drift: what the emotions look like turns slowly, and the test comes last.

Four classes stand around a middle and turn about it as time goes by, half way from one place to the next between
training and test. Middle and covariance stay the same all the time. The unlabelled items lie between, in their order
(`attributes["time"]`, 0 to 1): who follows the classes step by step still knows them at the end; who stays with what
was learnt does not, nor who jumps. `difficulty` is how far they turn.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._domains import SIZES, domains_of
from ai4er.diagnostics.suite._scenes import CLASSES, labels_of
from ai4er.diagnostics.suite._solvers import averages, decided, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SPREAD, TURN = 0.25, 50
"""Noise about each place, and the degrees from beginning to end at the middle difficulty."""
PERIODS = {"train": (0.0, 0.15), "valid": (0.1, 0.15), "unlabelled": (0.15, 1.0), "test": (0.9, 1.0)}


def scene(seed: int, difficulty: float) -> Records:
    """740 items; two factors. The items of a split are in the order of time."""
    generator = np.random.default_rng([seed, 118])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    times = np.concatenate([np.linspace(*PERIODS[split], size) for split, size in SIZES.items()])
    turned = np.deg2rad(2 * difficulty * TURN) * times

    def draw(labels: np.ndarray, target: bool) -> np.ndarray:
        angles = labels * np.pi / 2 + turned
        return np.stack([np.cos(angles), np.sin(angles)], 1) + SPREAD * generator.standard_normal((len(labels), 2))

    made = domains_of("online_drift", splits, labels, draw, generator)
    return Records(
        record.replace(turn=i, attributes={"time": f"{time:.4f}"}) for i, (record, time) in enumerate(zip(made, times))
    )


def oracle(records: Records) -> np.ndarray:
    """The places of the classes, moved by each batch of unlabelled items a little, to the end."""
    places = _places(records)
    stream = averages(part(records, "unlabelled"))
    for items in np.array_split(stream, 12):
        nearest = np.square(items[:, None] - places).sum(-1).argmin(1)
        places = np.stack([
            items[nearest == k].mean(0) if (nearest == k).any() else place for k, place in enumerate(places)
        ])  # fmt: skip
    distances = np.square(averages(part(records, "test"))[:, None] - places).sum(-1)
    return decided(distances.argmin(1), CLASSES.size)


def _places(records: Records) -> np.ndarray:
    train = part(records, "train")
    shown, labels = averages(train), np.array([CLASSES.index(str(record.label)) for record in train])
    return np.stack([shown[labels == k].mean(0) for k in range(CLASSES.size)])


def blind(records: Records) -> np.ndarray:
    """The best model of what was there in training."""
    return fitted(records, CLASSES, averages)


MECHANISM = Mechanism("how the classes move in time", CLASSES, scene, oracle, blind, gap=0.3, harder="blind")
