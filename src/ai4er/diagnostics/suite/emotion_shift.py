"""Emotion shift: a turn leaves two emotions open, and says whether the speaker stays in the last one or leaves it.

Each speaker has two turns in a row. The first shows an emotion. The second shows two, that one and another, and a mark
of staying or shifting. By itself it leaves two emotions open, and so does the turn before without it; who believes
that emotions last is wrong at every shift. The mark is wrong with probability `difficulty` / 4. Only second turns are
tested.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES
from ai4er.diagnostics.suite._solvers import decided, fitted, part
from ai4er.diagnostics.suite._talk import DIALOGUES, MARKS, by_dialogue, emotions, turns
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

STAYS, SHIFTS = MARKS[0], MARKS[1]
PAIRS = 3


def scene(seed: int, difficulty: float) -> Records:
    """340 dialogues of six turns, two by two of one speaker."""
    generator = np.random.default_rng([seed, 129])
    made = []
    for split, size in DIALOGUES.items():
        for number in range(size):
            shown, labels = [], []
            for _ in range(PAIRS):
                before, other = generator.choice(CLASSES.size, 2, replace=False).tolist()
                shifts = bool(generator.integers(2))
                mark = SHIFTS if shifts ^ (generator.random() < difficulty / 4) else STAYS
                shown += [[before, before], [before, other, mark, mark]]
                labels += [before, other if shifts else before]
            speakers, needy = [i // 2 % 2 for i in range(2 * PAIRS)], [False, True] * PAIRS
            made += turns("emotion_shift", split, number, shown, labels, speakers, needy, generator)
    return Records(made)


def oracle(records: Records) -> np.ndarray:
    """The emotion of the turn before, or the other one of the two where the mark says so."""
    found = []
    for dialogue in by_dialogue(part(records, "test")):
        for first, second in zip(dialogue[::2], dialogue[1::2]):
            before = emotions(first)[0]
            other = next(one for one in emotions(second) if one != before)
            shifts = second.arrays["scene"][:, SHIFTS].any()
            found += [before, other if shifts else before]
    return decided(np.array(found), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of a turn by itself."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism(
    "the turn before and the mark of a shift", CLASSES, scene, oracle, blind, gap=0.25, harder="oracle"
)
