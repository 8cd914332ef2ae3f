"""Long-range context: the last turn takes over the emotion of the first, many turns before.

The first turn names an emotion, and the last one recalls it and shows none. The turns between show emotions of their
own that have nothing to do with it. A turn by itself is at chance, and so is a window of four turns, unless it reaches
back to the first: `difficulty` is the number of turns between, from 2 to 12. Only last turns are tested.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES
from ai4er.diagnostics.suite._solvers import decided, fitted, part
from ai4er.diagnostics.suite._talk import DIALOGUES, MARKS, by_dialogue, emotions, turns, window
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

NAMED, RECALLED = MARKS[0], MARKS[1]
REACH = 4
"""Turns that the blind solver looks back."""


def scene(seed: int, difficulty: float) -> Records:
    """340 dialogues of two speakers in turn."""
    generator = np.random.default_rng([seed, 126])
    between = 2 + round(10 * difficulty)
    made = []
    for split, size in DIALOGUES.items():
        for number in range(size):
            first, *others = generator.integers(CLASSES.size, size=1 + between).tolist()
            shown = [[NAMED, first, first], *([one, one] for one in others), [RECALLED]]
            labels, speakers = [first, *others, first], [turn % 2 for turn in range(between + 2)]
            needy = [False] * (between + 1) + [True]
            made += turns("long_range_context", split, number, shown, labels, speakers, needy, generator)
    return Records(made)


def oracle(records: Records) -> np.ndarray:
    """The emotion of the first turn."""
    found = [emotions(dialogue[0])[0] for dialogue in by_dialogue(part(records, "test")) for _ in dialogue]
    return decided(np.array(found), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of a turn and the four before it."""
    return fitted(records, CLASSES, window(REACH))


MECHANISM = Mechanism("a turn far back", CLASSES, scene, oracle, blind, gap=0.5, harder="blind")
