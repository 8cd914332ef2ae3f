"""URDU: spontaneous Urdu speech, cut from television talk shows.

400 utterances in 4 classes of 100, 44.1 kHz, almost all exactly 2 or 3 s long. For research only,
from the owner's repository (github.com/siddiquelatif/URDU-Dataset).

Layout: `Angry|Happy|Neutral|Sad/SGX_FYY_EZZ.wav` with the gender G and number X of the speaker, the
number YY of the file of that speaker, and the letter E of the emotion with its number ZZ.

Official split: none; leave speakers out, who are very unequal: 2 to 80 utterances.
Quirks: the paper counts 38 speakers (27 male, 11 female) and the file names tell 29 apart (18 male,
11 female), so that some ids may stand for several people. The recordings are loud and partly
clipped. No transcript.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {"A": "angry", "H": "happy", "N": "neutral", "S": "sad"}


class Reader(NamedAudioFiles):
    """URDU. Attributes: gender."""

    name: ClassVar[str] = "urdu"
    title: ClassVar[str] = "URDU: emotional utterances from Urdu talk shows"
    language: ClassVar[str] = "ur"
    licence: ClassVar[str] = "research only (the owner's repository)"
    citation: ClassVar[str] = (
        "S. Latif, A. Qayyum, M. Usman, J. Qadir: "
        "Cross Lingual Speech Emotion Recognition: Urdu vs. Western Languages, FIT 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("urdu4",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(_EMOTIONS.values(), 100)
    published_speakers: ClassVar[int | None] = 29
    quirks: ClassVar[tuple[str, ...]] = (
        "the paper counts 38 speakers, the file names of the release tell 29 apart: "
        "an id may stand for more than one person",
    )

    pattern: ClassVar[re.Pattern[str]] = re.compile(r"(?P<speaker>S(?P<gender>[MF])\d+)_F\d+_(?P<emotion>[AHNS])\d+")
    example: ClassVar[str] = "SM1_F10_A010"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"gender": "male" if name["gender"] == "M" else "female"},
        }
