"""Generated sentences: a word names the emotion, further clauses add further emotions.

Known truth: exactly one word of the first clause belongs to the class (`label`, one of the Ekman classes
or neutral); each of at most two further clauses shows one class more of `labels` (SemEval 2018), and which
ones follow is correlated with the first: joy brings love, optimism or trust, fear brings pessimism or
anticipation. A neutral sentence without further clauses has no label of SemEval. Frames, topics and
opening phrases (each author's habit) say nothing about the class. Ten authors.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._generated import Generated, Plan
from ai4er.corpora._lexicon import CLAUSES, sentence
from ai4er.records import Record

FOLLOWING: dict[str, dict[str, float]] = {
    "anger": {"pessimism": 0.3},
    "disgust": {"pessimism": 0.4},
    "fear": {"pessimism": 0.5, "anticipation": 0.4},
    "happiness": {"love": 0.4, "optimism": 0.5, "trust": 0.3},
    "neutral": {"anticipation": 0.2, "trust": 0.2},
    "sadness": {"pessimism": 0.6, "love": 0.2},
    "surprise": {"anticipation": 0.4, "optimism": 0.2},
}
"""How probable each further class is after the first; at most two of them are kept."""

SEMEVAL = {"happiness": ("joy",), "neutral": ()}
OPENINGS = ("well", "you know", "listen", "so", "look", "to be clear", "by the way", "as it happens")


class Reader(Generated):
    """`synthetic_text:seed=0,size=400,speakers=10`; speakers are authors."""

    name: ClassVar[str] = "synthetic_text"
    who: ClassVar[str] = "author"
    title: ClassVar[str] = "Generated sentences"
    language: ClassVar[str] = "en"
    spaces: ClassVar[tuple[str, ...]] = ("ekman7", "semeval2018_ec11")

    def __init__(self, seed: int = 0, size: int = 400, speakers: int = 10) -> None:
        super().__init__(seed, size, speakers)

    def build(self, generator: np.random.Generator) -> list[Record]:
        plan = Plan.of(self.size, self.speakers, len(self.space.names))
        return [self._record(i, plan, generator) for i in range(self.size)]

    def _record(self, number: int, plan: Plan, generator: np.random.Generator) -> Record:
        label, author = self.space.names[plan.label[number]], int(plan.speaker[number])
        drawn = [name for name, chance in FOLLOWING[label].items() if generator.random() < chance][:2]
        clauses = [sentence(label, generator), *(str(generator.choice(CLAUSES[name])) for name in drawn)]
        if generator.random() < 0.5:
            clauses[0] = f"{OPENINGS[author % len(OPENINGS)]}, {clauses[0]}"
        labels = tuple(sorted((*SEMEVAL.get(label, (label,)), *drawn)))
        return self.planned(plan, number, text=" and ".join(clauses), labels=labels)
