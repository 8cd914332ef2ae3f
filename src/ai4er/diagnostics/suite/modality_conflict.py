"""Modality conflict: the words say one thing, and the tone says whether they are meant.

The words are pleasant or unpleasant; a mocking tone turns them into their opposite, a sincere one does not. Arousal
shows in both. Neither modality by itself knows more of the valence than chance, and so does no average of
what models of each say; both have to be read together. The tone is shown wrongly with probability `difficulty` / 5.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, floats, labels_of, mistaken, shuffled, symbols
from ai4er.diagnostics.suite._solvers import decided, factors, fitted, part, pooled
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Record, Records

SIZES = {"train": 400, "valid": 60, "test": 200}
SYMBOLS, STEPS = 10, 8
PLEASANT, MOCKING, AROUSED = (0, 1), (2, 3), (4, 5)
"""Symbols of unpleasant and pleasant words, of a sincere and a mocking tone, of low and high arousal."""
QUADRANTS = np.array([CLASSES.index(name) for name in ("sadness", "anger", "neutral", "happiness")])
"""Class of low valence and low arousal, low and high, high and low, high and high."""


def scene(seed: int, difficulty: float) -> Records:
    """660 items of 8 symbols in each modality."""
    generator = np.random.default_rng([seed, 125])
    splits, quadrants = labels_of(SIZES, len(QUADRANTS), generator)
    valence, arousal = quadrants // 2, quadrants % 2
    words = generator.integers(2, size=len(splits))
    mocking = mistaken(words ^ valence, difficulty / 5, 2, generator)

    def shown(kind: int, aroused: int) -> np.ndarray:
        given = [kind] * 3 + [AROUSED[aroused]] * 2
        return floats(symbols(shuffled(given, STEPS, range(6, SYMBOLS), generator), SYMBOLS))

    return Records(
        Record(
            id=f"{splits[i]}{i}", corpus="modality_conflict", split=str(splits[i]),
            label=CLASSES.names[QUADRANTS[quadrants[i]]],
            arrays={"first": shown(PLEASANT[words[i]], arousal[i]), "second": shown(MOCKING[mocking[i]], arousal[i])},
        )
        for i in range(len(splits))
    )  # fmt: skip


def oracle(records: Records) -> np.ndarray:
    """Pleasant words meant, or unpleasant words mocked; and the arousal."""
    test = part(records, "test")
    words, tone = (factors(test, name).sum(1) for name in ("first", "second"))
    valence = words[:, PLEASANT].argmax(1) ^ tone[:, MOCKING].argmax(1)
    return decided(QUADRANTS[2 * valence + words[:, AROUSED].argmax(1)], CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The average of the best models of each modality."""
    alone = [fitted(records, CLASSES, partial(pooled, modality=name)) for name in ("first", "second")]
    return np.mean(alone, axis=0)


MECHANISM = Mechanism("whether words and tone agree", CLASSES, scene, oracle, blind, gap=0.25, harder="oracle")
