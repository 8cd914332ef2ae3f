"""Generated speech with the votes of a crowd in which not everybody can be trusted.

Known truth: the recordings are those of `synthetic_speech`, and of the fifteen annotators six are careful (nine votes
in ten are right), four careless (half are right), three inverting (they take anger and happiness for each other, and
neutral and sadness, nine times in ten), and two say neutral whatever they hear. A careful, careless or inverting
annotator who slips names any other class. Every recording is heard by `heard` annotators, drawn anew.

Labels of the training and the validation part, as `labels` says: `majority`, the class with most votes (none for a
tie); `dawid_skene`, that of Dawid and Skene's model from the probability `confidence` on; or the `truth`, which the
test part always has.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from ai4er.corpora._generated import Generated
from ai4er.corpora.synthetic_speech import CONFUSED
from ai4er.corpora.synthetic_speech import Reader as Speech
from ai4er.labels.dawid_skene import with_consensus
from ai4er.labels.plurality import plurality
from ai4er.records import Record, Records

CROWD = {"careful": (6, 0.9), "careless": (4, 0.5), "inverting": (3, 0.9), "neutral": (2, 1.0)}
"""How many annotators there are of each kind, and how often they say what they mean to."""

ANNOTATORS = {f"{kind}{number}": kind for kind, (count, _) in CROWD.items() for number in range(1, count + 1)}
"""The kind of each annotator."""


class Reader(Generated):
    """`synthetic_crowd:seed=0,size=120,speakers=10,heard=5,labels=truth,confidence=0.9`; arrays["audio"] at 16 kHz.

    Attributes: truth, gender, intensity, and confidence where annotators were weighed.
    """

    name: ClassVar[str] = "synthetic_crowd"
    title: ClassVar[str] = "Generated speech with the votes of a crowd"
    language: ClassVar[str] = "en"
    spaces: ClassVar[tuple[str, ...]] = ("common4",)

    def __init__(
        self,
        seed: int = 0,
        size: int = 120,
        speakers: int = 10,
        heard: int = 5,
        labels: Literal["majority", "dawid_skene", "truth"] = "truth",
        confidence: float = 0.9,
    ) -> None:
        super().__init__(seed, size, speakers)
        self.heard = min(len(ANNOTATORS), int(self.at_least(1, "heard", heard)))
        self.labels, self.confidence = labels, confidence

    def build(self, generator: np.random.Generator) -> list[Record]:
        voted = Records(self._voted(record, generator) for record in Speech(self.seed, self.size, self.speakers).read())
        if self.labels == "truth":
            return list(voted)
        found = with_consensus(voted, self.space, self.confidence) if self.labels == "dawid_skene" else voted
        return [
            record.replace(label=record.attributes["truth"])
            if record.split == "test"
            else record.replace(label=plurality(record.votes))
            if self.labels == "majority"
            else record
            for record in found
        ]

    def _voted(self, record: Record, generator: np.random.Generator) -> Record:
        raters = tuple(sorted(generator.choice(list(ANNOTATORS), self.heard, replace=False).tolist()))
        truth = str(record.label)
        return record.replace(
            corpus=self.name, raters=raters, votes=tuple(self._vote(rater, truth, generator) for rater in raters),
            dimensions={}, ratings=(), attributes={**record.attributes, "truth": truth},
        )  # fmt: skip

    def _vote(self, rater: str, truth: str, generator: np.random.Generator) -> str:
        kind = ANNOTATORS[rater]
        if kind == "neutral":
            return kind
        meant = CONFUSED[truth] if kind == "inverting" else truth
        if generator.random() < CROWD[kind][1]:
            return meant
        return str(generator.choice([name for name in self.space.names if name != meant]))
