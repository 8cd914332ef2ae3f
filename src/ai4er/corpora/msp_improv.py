"""MSP-IMPROV: pairs of actors improvise scenes that lead to sentences said in four emotions, English.

8,438 turns of 12 actors (6 women, 6 men) in 6 sessions of two, with video. From the owners (Multimodal Signal
Processing Laboratory, University of Texas at Dallas) under an academic licence.

Layout, from users' accounts: `Audio/sessionN/SCENARIO/KIND/MSP-IMPROV-S01A-F01-S-FM01.wav` with the sentence S01 to
S20 and the emotion it is meant to have (A angry, H happy, N neutral, S sad), the speaker, the kind of turn (R read, T
the sentence inside the improvisation, S the rest of the improvisation, P natural talk in the breaks), who talks to
whom, and a number; `Evalution.txt` (so spelled) has the consensus and the raters for the same names with UTD in
place of MSP and .avi (see `_msp_ratings.py`).

Labels: the class on which most raters agree; other (O) and no agreement (X) are not labelled.

Official split: none; leave sessions out. Turns are not joined to dialogues: the number counts within a speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from ai4er.corpora._msp_ratings import LETTERS, rated_turns
from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora.base import text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record

_KINDS = {"P": "natural", "R": "read", "S": "improvised", "T": "target_improvised"}
_DIMENSIONS = ("valence", "arousal", "dominance")
_NAME = re.compile(
    r"MSP-IMPROV-(?P<text>S\d\d)(?P<meant>[AHNS])-(?P<speaker>(?P<gender>[FM])0(?P<session>[1-6]))"
    r"-(?P<kind>[PRST])-(?P<pair>[FM]{2})\d\d\w*"
)


class Reader(TabledFiles):
    """MSP-IMPROV; `ratings` have the naturalness too where it was rated.

    Attributes: gender, text_id, meant (the class that the scene aims at), kind, emotion (the consensus, or
    no_agreement), raters, secondary (of each rater).
    """

    name: ClassVar[str] = "msp_improv"
    title: ClassVar[str] = "MSP-IMPROV: an acted corpus of dyadic interactions"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "academic licence agreement with the owners"
    citation: ClassVar[str] = (
        "C. Busso, S. Parthasarathy, A. Burmania, M. AbdelWahab, N. Sadoughi, E. Mower Provost: MSP-IMPROV: An Acted "
        "Corpus of Dyadic Interactions to Study Emotion Perception, IEEE Transactions on Affective Computing 8(1), 2017"
    )
    spaces: ClassVar[tuple[str, ...]] = ("msp_improv4", "valence_arousal_dominance_1_5")
    published: ClassVar[dict[str, int]] = {"angry": 792, "happy": 2644, "neutral": 3477, "sad": 885}
    published_speakers: ClassVar[int | None] = 12
    folders: ClassVar[tuple[str, ...]] = ("**/Audio/**",)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        path = text_file(self.root, "Evalution.txt", "Evaluation.txt")
        for turn in rated_turns(path):
            stem = turn.stem.replace("UTD-", "MSP-", 1)
            name = _NAME.fullmatch(stem)
            if not name:
                raise Ai4erError(f"{path}: {turn.stem} is not named like UTD-IMPROV-S01A-F01-S-FM01")
            label = LETTERS[turn.letter]
            attributes = {
                "gender": "female" if name["gender"] == "F" else "male",
                "text_id": name["text"],
                "meant": LETTERS[name["meant"]] or "",
                "kind": _KINDS[name["kind"]],
                "emotion": label or "no_agreement",
                "raters": ",".join(rating.rater for rating in turn.ratings),
                "secondary": "|".join(rating.secondary for rating in turn.ratings),
            }
            yield (
                stem,
                Record(
                    id=stem,
                    corpus=self.name,
                    speaker=name["speaker"],
                    session=f"session{name['session']}",
                    language=self.language,
                    label=label if label in self.space.names else None,
                    votes=tuple(rating.primary for rating in turn.ratings if rating.primary in self.space.names),
                    raters=tuple(rating.rater for rating in turn.ratings if rating.primary in self.space.names),
                    dimensions={key: turn.values[key] for key in _DIMENSIONS if key in turn.values},
                    ratings=tuple(rating.values for rating in turn.ratings),
                    attributes={key: value for key, value in attributes.items() if value},
                ),
            )
