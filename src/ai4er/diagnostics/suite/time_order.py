"""Time order: what happens is the same in every class, only what comes first differs.

Four events occur once each among fillers. Whether the first comes before the second is one bit of the class, whether
the third comes before the fourth the other. Every class has the same events equally often, so that any bag of frames,
whatever statistics it holds, is at chance. In a tenth of `difficulty` of the items one order or the other is wrong.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, mistaken, records_of, symbols
from ai4er.diagnostics.suite._solvers import decided, factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SYMBOLS, EVENTS, STEPS = 12, 4, 12


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 12 symbols: events 0 to 3, fillers above."""
    generator = np.random.default_rng([seed, 101])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    bits = np.stack([labels % 2, labels // 2], axis=1)
    bits = mistaken(bits, difficulty / 10, 2, generator)
    return records_of("time_order", splits, labels, (symbols(_sequence(two, generator), SYMBOLS) for two in bits))


def _sequence(bits: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    sequence = generator.integers(EVENTS, SYMBOLS, STEPS)
    places = generator.choice(STEPS, EVENTS, replace=False).reshape(2, 2)
    for pair, (bit, where) in enumerate(zip(bits, np.sort(places, axis=1))):
        sequence[where if bit else where[::-1]] = [2 * pair, 2 * pair + 1]
    return sequence


def oracle(records: Records) -> np.ndarray:
    """Which event of each pair comes first."""
    when = factors(part(records, "test")).argmax(1)[:, :EVENTS].reshape(-1, 2, 2)
    return decided((when[:, :, 0] < when[:, :, 1]) @ [1, 2], CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of a bag of frames."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("the order of events", CLASSES, scene, oracle, blind, gap=0.5, harder="oracle")
