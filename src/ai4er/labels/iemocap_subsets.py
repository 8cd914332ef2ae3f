"""Which turns of IEMOCAP count in the published results, and as what.

The papers do not use one set of turns: they merge excitement into happiness or leave it out, leave the scripted plays
out, or predict six classes. Source: Antoniou et al., "Designing and Evaluating Speech Emotion Recognition Systems: A
Reality Check Case Study with IEMOCAP", ICASSP 2023, arXiv 2304.00860.

The counts are those of the classes on which most raters agree. Papers with six classes report 7,433 turns, 53 of
happiness more than the release's own majorities give; which these are cannot be told from the release, so that the
subset of six classes has the 7,380 that can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ai4er.config import Configuration
from ai4er.records import Records

Turns = Literal["all", "improvised", "scripted"]
SubsetName = Literal["four_class_5531", "four_class_4490", "six_class_7380"]


class Subset(Configuration):
    """`labels` maps the category of the raters' majority to the class that it counts as; others are left out.

    `turns` keeps improvised scenes or scripted plays only. Any label map makes a subset.
    """

    labels: Mapping[str, str]
    turns: Turns = "all"

    def select(self, records: Records) -> list[tuple[str, str]]:
        """Id and class of every turn that counts, in the order of the records.

        A record without the raters' category (attribute `emotion`) counts by its label.
        """
        said = [(r.id, r.attributes.get("emotion", r.label or ""), r.attributes.get("kind")) for r in records]
        return [
            (name, self.labels[emotion])
            for name, emotion, kind in said
            if emotion in self.labels and self.turns in ("all", kind)
        ]


_FOUR = {"angry": "angry", "happy": "happy", "neutral": "neutral", "sad": "sad"}
_SIX = ("angry", "excited", "frustrated", "happy", "neutral", "sad")
SUBSETS: dict[SubsetName, Subset] = {
    "four_class_5531": Subset(labels={**_FOUR, "excited": "happy"}),
    "four_class_4490": Subset(labels=_FOUR),
    "six_class_7380": Subset(labels=dict(zip(_SIX, _SIX))),
}
"""The subsets by the number of their turns where both improvised and scripted ones count."""
