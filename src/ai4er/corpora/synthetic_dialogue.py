"""Generated conversations in which about half of the turns cannot be understood without their context.

Known truth: a turn is one of three kinds. "Own" names its emotion with one word. An "echo" (`me too`)
takes over the emotion of the turn before, whoever spoke it: contagion. A "persistence" (`nothing changed
for me`) keeps the emotion that the same speaker showed last: inertia. Echo and persistence phrases are
the same for every emotion, so that a turn alone cannot do better than guess them, while who said what
before decides them completely. `attributes["kind"]` is the kind. Five groups of three speakers (the
sessions) talk among themselves, two or three in a dialogue of four to nine turns.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._generated import Generated, splits
from ai4er.corpora._lexicon import sentence
from ai4er.records import Record

ECHOES = ("me too", "same here", "so do i", "i feel exactly like you", "just like you")
PERSISTENCES = ("nothing changed for me", "as i said before", "i still feel that way", "like i told you")
LEXICON = {"joy": "happiness"}
PER_GROUP = 3


class Reader(Generated):
    """`synthetic_dialogue:seed=0,size=80,speakers=15`; `size` counts dialogues, of 4 to 9 turns each.

    `speakers` is rounded up to whole groups of three.
    """

    name: ClassVar[str] = "synthetic_dialogue"
    title: ClassVar[str] = "Generated conversations"
    language: ClassVar[str] = "en"
    spaces: ClassVar[tuple[str, ...]] = ("meld7",)

    def __init__(self, seed: int = 0, size: int = 80, speakers: int = 15) -> None:
        super().__init__(seed, size, speakers)

    def build(self, generator: np.random.Generator) -> list[Record]:
        groups = max(3, -(-self.speakers // PER_GROUP))
        return [
            record
            for number in range(self.size)
            for record in self._dialogue(number, number % groups, str(splits(groups)[number % groups]), generator)
        ]

    def _dialogue(self, number: int, group: int, split: str, generator: np.random.Generator) -> list[Record]:
        members = generator.permutation(PER_GROUP)[: generator.integers(2, PER_GROUP + 1)]
        turns = int(generator.integers(4, 10))
        last: dict[int, str] = {}
        records: list[Record] = []
        member = -1
        for turn in range(turns):
            member = int(generator.choice(members[members != member]))
            before = records[-1].label if records else None
            kind, label = self._emotion(before, last.get(member), generator)
            last[member] = label
            records.append(
                Record(
                    id=f"{number:04d}_{turn}",
                    corpus=self.name,
                    speaker=f"speaker{group * PER_GROUP + member:02d}",
                    dialogue=f"{number:04d}",
                    turn=turn,
                    session=f"group{group}",
                    split=split,
                    language=self.language,
                    text=_words(kind, label, generator),
                    label=label,
                    attributes={"kind": kind},
                )
            )
        return records

    def _emotion(self, before: str | None, own: str | None, generator: np.random.Generator) -> tuple[str, str]:
        """The kind and the emotion of a turn; `before` is that of the last turn, `own` the speaker's last."""
        kind = generator.choice(["own", "echo", "persistence"], p=[0.5, 0.25, 0.25])
        if kind == "echo" and before is not None:
            return "echo", before
        if kind == "persistence" and own is not None:
            return "persistence", own
        return "own", str(generator.choice(self.space.names))


def _words(kind: str, label: str, generator: np.random.Generator) -> str:
    if kind == "own":
        return sentence(LEXICON.get(label, label), generator)
    return str(generator.choice(ECHOES if kind == "echo" else PERSISTENCES))
