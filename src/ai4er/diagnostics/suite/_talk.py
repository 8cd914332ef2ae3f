"""Dialogues in turns of symbols: who speaks, what each turn shows, and what the reference solvers see of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SCENE, shuffled, symbols
from ai4er.diagnostics.suite._solvers import View, averages
from ai4er.records import Record, Records

SYMBOLS, STEPS = 12, 6
MARKS = range(CLASSES.size, CLASSES.size + 3)
"""Symbols that are no emotion and mean something in a dialogue; those above are fillers."""
FILLERS = range(CLASSES.size + 3, SYMBOLS)
DIALOGUES = {"train": 200, "valid": 40, "test": 100}


def turns(
    corpus: str, split: str, number: int, shown: Sequence[Sequence[int]], labels: Sequence[int],
    speakers: Sequence[int], needy: Sequence[bool], generator: np.random.Generator,
) -> list[Record]:  # fmt: skip
    """The turns of a dialogue; `shown` are each turn's symbols, fillers come besides.

    Turns that are not needy, whose own symbols say what they are, are of the kind stated and have labels in the
    training part only.
    """
    name = f"{split}{number}"
    made = []
    for turn, (given, label, speaker, needs) in enumerate(zip(shown, labels, speakers, needy)):
        factors = symbols(shuffled(given, STEPS, FILLERS, generator), SYMBOLS)
        made.append(
            Record(
                id=f"{name}-{turn}", corpus=corpus, split=split, speaker=f"{name}/{'ABC'[speaker]}", dialogue=name,
                turn=turn, label=CLASSES.names[label] if needs or split == "train" else None,
                arrays={SCENE: factors}, attributes={"kind": "reply" if needs else "stated"},
            )
        )  # fmt: skip
    return made


def by_dialogue(records: Iterable[Record]) -> list[list[Record]]:
    """The records of each dialogue, in order."""
    found: dict[str, list[Record]] = {}
    for one in records:
        found.setdefault(one.dialogue, []).append(one)
    return list(found.values())


def emotions(record: Record) -> list[int]:
    """The emotions that a turn shows, in the order of the classes."""
    return np.flatnonzero(record.arrays[SCENE].sum(0)[: CLASSES.size]).tolist()


def window(length: int) -> View:
    """How often each symbol occurs in a turn and in the `length` turns before it, without who spoke them."""

    def view(records: Records) -> np.ndarray:
        own = {id(one): row for one, row in zip(records, averages(records))}
        size = len(next(iter(own.values())))
        rows = {}
        for dialogue in by_dialogue(records):
            for turn, one in enumerate(dialogue):
                before = [own[id(dialogue[turn - k])] if turn >= k else np.zeros(size) for k in range(length + 1)]
                rows[id(one)] = np.concatenate(before)
        return np.stack([rows[id(one)] for one in records])

    return view
