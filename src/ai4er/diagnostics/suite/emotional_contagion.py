"""Emotional contagion: a speaker who shows nothing has caught the emotion that another one showed last.

Two or three turns in a row often belong to one speaker, so that what was shown last of all is mostly the speaker's own
and does not count. Who does not keep the speakers apart cannot tell the others' turns from it, and who believes in
inertia takes the wrong one. With probability `difficulty` / 4 a speaker catches nothing and has another emotion.
Only turns that show nothing are tested.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, mistaken
from ai4er.diagnostics.suite._solvers import decided, fitted, part
from ai4er.diagnostics.suite._talk import DIALOGUES, by_dialogue, emotions, turns, window
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SPEAKERS, TURNS, SHOWING, STAYING = 3, 10, 0.65, 0.55
REACH = 5


def scene(seed: int, difficulty: float) -> Records:
    """340 dialogues of 10 turns; the first two turns, of different speakers, show an emotion."""
    generator = np.random.default_rng([seed, 128])
    made = []
    for split, size in DIALOGUES.items():
        for number in range(size):
            speakers = [0, 1]
            while len(speakers) < TURNS:
                change = 0 if generator.random() < STAYING else int(generator.integers(1, SPEAKERS))
                speakers.append((speakers[-1] + change) % SPEAKERS)
            speakers = generator.permutation(SPEAKERS)[speakers].tolist()
            showing = (np.arange(TURNS) < 2) | (generator.random(TURNS) < SHOWING)
            labels = generator.integers(CLASSES.size, size=TURNS)
            for turn in np.flatnonzero(~showing):
                others = [i for i in range(turn) if showing[i] and speakers[i] != speakers[turn]]
                labels[turn] = labels[others[-1]]
            caught = mistaken(labels, difficulty / 4, CLASSES.size, generator)
            felt = np.where(showing, labels, caught).tolist()
            shown = [[label, label] if shows else [] for label, shows in zip(felt, showing)]
            made += turns("emotional_contagion", split, number, shown, felt, speakers, list(~showing), generator)
    return Records(made)


def oracle(records: Records) -> np.ndarray:
    """What another speaker showed last."""
    found = []
    for dialogue in by_dialogue(part(records, "test")):
        for turn, record in enumerate(dialogue):
            others = [emotions(one) for one in dialogue[:turn] if one.speaker != record.speaker]
            found.append(next((shown[0] for shown in [emotions(record), *others[::-1]] if shown), 0))
    return decided(np.array(found), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of a turn and the five before it that does not know who speaks."""
    return fitted(records, CLASSES, window(REACH))


MECHANISM = Mechanism("what another speaker showed last", CLASSES, scene, oracle, blind, gap=0.25, harder="oracle")
