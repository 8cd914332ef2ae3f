"""Speaker inertia: a speaker stays in an emotion until showing another one, whatever the others do.

Three speakers talk in no fixed order, each with an emotion. Some turns show it, the others show nothing: they have
the emotion that their own speaker showed last. Who does not keep the speakers apart only knows what was shown
last by anyone, which is one of three. With probability `difficulty` / 3 an emotion fades without being shown, and
nobody can know what follows. Only turns that show nothing are tested.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES
from ai4er.diagnostics.suite._solvers import decided, fitted, part
from ai4er.diagnostics.suite._talk import DIALOGUES, by_dialogue, emotions, turns, window
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SPEAKERS, TURNS, SHOWING = 3, 9, 0.3
REACH = 5


def scene(seed: int, difficulty: float) -> Records:
    """340 dialogues of 9 turns; in the first three each speaker shows an emotion."""
    generator = np.random.default_rng([seed, 127])
    made = []
    for split, size in DIALOGUES.items():
        for number in range(size):
            speakers = [*generator.permutation(SPEAKERS), *generator.integers(SPEAKERS, size=TURNS - SPEAKERS)]
            showing = (np.arange(TURNS) < SPEAKERS) | (generator.random(TURNS) < SHOWING)
            moods, labels = {}, []
            for speaker, shows in zip(speakers, showing):
                if shows or generator.random() < difficulty / 3:
                    moods[speaker] = int(generator.integers(CLASSES.size))
                labels.append(moods[speaker])
            shown = [[label, label] if shows else [] for label, shows in zip(labels, showing)]
            made += turns("speaker_inertia", split, number, shown, labels, speakers, list(~showing), generator)
    return Records(made)


def oracle(records: Records) -> np.ndarray:
    """What the same speaker showed last."""
    found = []
    for dialogue in by_dialogue(part(records, "test")):
        last: dict[str, int] = {}
        for record in dialogue:
            last[record.speaker] = next(iter(emotions(record)), last.get(record.speaker, 0))
            found.append(last[record.speaker])
    return decided(np.array(found), CLASSES.size)


def blind(records: Records) -> np.ndarray:
    """The best model of a turn and the five before it that does not know who speaks."""
    return fitted(records, CLASSES, window(REACH))


MECHANISM = Mechanism("what the same speaker showed last", CLASSES, scene, oracle, blind, gap=0.25, harder="oracle")
