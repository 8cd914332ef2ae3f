"""Dialogue context: what an unclear turn means is decided by the turn that it is linked to.

Three people talk about one thing after another. A stated turn shows an emotion, an unclear one shows none: it takes
over the emotion of the stated turn that it answers, which may be any of those before it and not its own speaker's.
Neither the order nor the speakers say which one that is; the links of a dialogue, in `attributes["discourse"]`, do.
A second link of each unclear turn, a comment, goes to another stated turn and says nothing: only its type tells it.

Array `text` (features,): what the turn shows, plus what it is about.
"""

from __future__ import annotations

import json

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 400, "valid": 50, "test": 150}
FEATURES = 32
TOPICS = 12
TURNS = (7, 8)
STATED = 3
"""How many turns at the start are stated; of the later ones, three in ten are."""
SPEAKERS = "ABC"
NOISE = 0.2


def records(seed: int) -> Records:
    """600 dialogues of 7 or 8 turns."""
    generator = np.random.default_rng(seed)
    shown = {name: generator.normal(size=FEATURES) for name in (*SPACE.names, "unclear")}
    topics = 0.5 * generator.normal(size=(TOPICS, FEATURES))
    return Records(
        record
        for split, size in SIZES.items()
        for number in range(size)
        for record in _dialogue(f"{split}-{number}", split, shown, topics, generator)
    )


def _dialogue(
    name: str, split: str, shown: dict[str, np.ndarray], topics: np.ndarray, generator: np.random.Generator
) -> list[Record]:
    turns = int(generator.integers(TURNS[0], TURNS[1] + 1))
    speakers = [*generator.permutation(3), *generator.integers(3, size=turns - 3)]
    stated = [turn < STATED or generator.random() < 0.3 for turn in range(turns)]
    labels = [str(label) for label in generator.choice(SPACE.names, size=turns)]
    links = []
    for turn in np.flatnonzero(~np.array(stated)):
        others = [i for i in range(turn) if stated[i] and speakers[i] != speakers[turn]]
        answered, mentioned = generator.choice(others, size=2, replace=False).tolist()
        labels[turn] = labels[answered]
        links += [[answered, int(turn), "Question-answer_pair"], [mentioned, int(turn), "Comment"]]
    about = topics[generator.permutation(TOPICS)[:turns]]
    vectors = about + [shown[label if clear else "unclear"] for label, clear in zip(labels, stated)]
    vectors += NOISE * generator.normal(size=vectors.shape)
    return [
        Record(
            id=f"{name}-{turn}",
            corpus="dialogue_context",
            speaker=f"{name}-{SPEAKERS[speakers[turn]]}",
            dialogue=name,
            turn=turn,
            split=split,
            label=labels[turn],
            arrays={"text": vectors[turn].astype(np.float32)},
            attributes={"discourse": json.dumps(links), "kind": "stated" if stated[turn] else "reply"},
        )
        for turn in range(turns)
    ]
