"""Multi-scale cue: one half of the class lies in neighbouring frames, the other in halves of the recording.

Each of four stretches holds a quick pair (one symbol right before another) and a slow symbol. Which symbol of the
pairs comes first is one bit of the class; whether the slow symbol changes from the one to the other or back between
the halves is the other bit. All symbols are equally frequent in every class. Who reads neighbours only knows the
first bit, who reads averages over halves only the second, and a bag of frames neither. A pair is turned round with
probability `difficulty` / 4, which two scales cannot help.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, records_of, symbols
from ai4er.diagnostics.suite._solvers import decided, factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SYMBOLS, STRETCHES, STEPS = 8, 4, 18
QUICK, SLOW, FILLER = (0, 1), (2, 3), range(4, 8)


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 18 symbols: four stretches of four, and a filler at both ends.

    A filler ends each stretch, so that no slow symbol has another one, or an end, beside it.
    """
    generator = np.random.default_rng([seed, 102])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    shown = (symbols(_sequence(int(label), difficulty / 4, generator), SYMBOLS) for label in labels)
    return records_of("multi_scale_cue", splits, labels, shown)


def _sequence(label: int, wrong: float, generator: np.random.Generator) -> np.ndarray:
    parts = [generator.integers(FILLER.start, FILLER.stop, 1)]
    for stretch in range(STRETCHES):
        turned = (label % 2) ^ int(generator.random() < wrong)
        slow = SLOW[(label // 2) ^ (stretch >= STRETCHES // 2)]
        pieces = [np.array([QUICK[turned], QUICK[1 - turned]]), np.array([slow])]
        parts += [pieces[i] for i in generator.permutation(2)]
        parts.append(generator.integers(FILLER.start, FILLER.stop, 1))
    return np.concatenate([*parts, generator.integers(FILLER.start, FILLER.stop, 1)])


def neighbours(records: Records) -> np.ndarray:
    """How often each symbol follows each other one, (records, symbols * symbols): the short scale."""
    shown = factors(records)
    return np.einsum("nti,ntj->nij", shown[:, :-1], shown[:, 1:]).reshape(len(shown), -1)


def halves(records: Records) -> np.ndarray:
    """How often each symbol occurs in each half, (records, 2 * symbols): the long scale."""
    shown = factors(records)
    return shown.reshape(len(shown), 2, STEPS // 2, SYMBOLS).sum(2).reshape(len(shown), -1)


def oracle(records: Records) -> np.ndarray:
    """The majority of the pairs, and the slow symbol of the first half."""
    test = part(records, "test")
    counts = neighbours(test).reshape(-1, SYMBOLS, SYMBOLS)
    quick = counts[:, QUICK[1], QUICK[0]] > counts[:, QUICK[0], QUICK[1]]
    first = halves(test)[:, list(SLOW)]
    return decided(quick + 2 * (first[:, 1] > first[:, 0]), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of neighbours; like the halves alone, they know one bit of two."""
    return fitted(records, CLASSES, neighbours)


MECHANISM = Mechanism(
    "a cue between neighbouring frames and one over halves", CLASSES, scene, oracle, blind, gap=0.3, harder="oracle"
)
