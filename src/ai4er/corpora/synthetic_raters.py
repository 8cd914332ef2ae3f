"""Generated speech that women and men hear differently, labelled by panels in which one of them is the majority.

Known truth: half of the recordings are of one emotion, and all hear it. The others lie between two neighbours in
the circle of anger, happiness, neutral and sadness: every woman hears the first of the two and every man the second,
whoever speaks. Twelve raters, six women and six men, sit in panels of seven, five of one gender and two of the other;
`panel` (0.9) is how often the majority has the gender of the voice. The label is that of the panel's majority, so that
a mixed sound is called by the one name in a woman's voice and by the other in a man's, as no rater hears it. With
probability `slip` (0.1) one of the panel's majority names the emotion that the others hear in a mixed sound, or the
next one in a clear sound; that never changes the label. Ten speakers, in pairs that are the sessions; labels are in
balance.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._generated import Generated, Plan
from ai4er.corpora._voice import SAMPLE_RATE, between, gender, manner, syllables, utter, voice
from ai4er.records import Record

CIRCLE = ("anger", "happiness", "neutral", "sadness")
"""Each emotion beside its neighbours; a woman hears the first, a man the second of two."""

RATERS = {f"{group[0]}{number}": group for group in ("female", "male") for number in range(1, 7)}
"""The gender of each rater."""

SPOKEN = ("so many people have come", "we will see the old house again", "nobody has told me this", "it is about time")
"""What is said, in every emotion."""

OTHER = {"female": "male", "male": "female"}
MAJORITY, MINORITY = 5, 2
"""How many of a panel are of the one gender and of the other."""


class Reader(Generated):
    """`synthetic_raters:seed=0,size=120,speakers=10,panel=0.9,slip=0.1`; arrays["audio"] at 16 kHz.

    Attributes: gender, female_hears and male_hears (the same where the sound is of one emotion), panel (its majority).
    """

    name: ClassVar[str] = "synthetic_raters"
    title: ClassVar[str] = "Generated speech with the votes of women and men"
    language: ClassVar[str] = "en"
    spaces: ClassVar[tuple[str, ...]] = ("common4",)

    def __init__(
        self, seed: int = 0, size: int = 120, speakers: int = 10, panel: float = 0.9, slip: float = 0.1
    ) -> None:
        super().__init__(seed, size, speakers)
        self.panel = self.at_least(0, "panel", panel)
        self.slip = self.at_least(0, "slip", slip)

    def build(self, generator: np.random.Generator) -> list[Record]:
        plan = Plan.of(self.size, self.speakers, len(self.space.names))
        return [self._record(i, plan, generator) for i in range(self.size)]

    def _record(self, number: int, plan: Plan, generator: np.random.Generator) -> Record:
        label, speaker = self.space.names[plan.label[number]], int(plan.speaker[number])
        own = gender(speaker)
        side = own if generator.random() < self.panel else OTHER[own]
        mixed = bool(generator.random() < 0.5)
        heard = _heard(label, side) if mixed else {"female": label, "male": label}
        how = between(manner(heard["female"]), manner(heard["male"]))
        text = str(generator.choice(SPOKEN))
        seconds = float(np.clip(len(syllables(text)) / how.tempo, 0.6, 1.6))
        raters = seated(side, generator)
        votes = self._votes(raters, heard, generator)
        return self.planned(
            plan,
            number,
            text=text,
            arrays={"audio": utter(how, voice(speaker), seconds, generator, text)},
            votes=votes,
            raters=raters,
            attributes={
                "sample_rate": str(SAMPLE_RATE), "gender": own, "panel": side,
                "female_hears": heard["female"], "male_hears": heard["male"],
            },
        )  # fmt: skip

    def _votes(self, raters: tuple[str, ...], heard: dict[str, str], generator: np.random.Generator) -> tuple[str, ...]:
        """What each of them says."""
        votes = [heard[RATERS[rater]] for rater in raters]
        if generator.random() < self.slip:
            votes[0] = votes[-1] if votes[-1] != votes[0] else _neighbour(votes[0], 1)
        return tuple(votes)


def seated(side: str, generator: np.random.Generator) -> tuple[str, ...]:
    """The raters of a panel: the majority, which is of this gender, and then the others."""
    return tuple(
        str(rater)
        for group, count in ((side, MAJORITY), (OTHER[side], MINORITY))
        for rater in generator.choice([name for name, own in RATERS.items() if own == group], count, replace=False)
    )


def _neighbour(label: str, steps: int) -> str:
    return CIRCLE[(CIRCLE.index(label) + steps) % len(CIRCLE)]


def _heard(label: str, side: str) -> dict[str, str]:
    """What women and men hear in the mixed sound in which this side hears the label."""
    if side == "female":
        return {"female": label, "male": _neighbour(label, 1)}
    return {"female": _neighbour(label, -1), "male": label}
