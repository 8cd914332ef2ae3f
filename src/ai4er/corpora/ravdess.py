"""RAVDESS, speech part, audio only: two sentences acted in eight emotions, North American English.

1,440 utterances of 24 actors (12 female, 12 male), 2 sentences, 2 repetitions, 8 classes in two
intensities (neutral has the normal one only), 48 kHz. Zenodo record 1188976, CC BY-NC-SA 4.0.

Layout: `Actor_AA/03-01-EE-II-SS-RR-AA.wav`: 03 audio only, 01 speech, emotion, intensity, sentence,
repetition, actor (odd male, even female). Songs (03-02-...) are another part and left out.

Official split: none; leave speakers out (all say the same two sentences).
Quirks: two files of actor 07 are identical; the level differs much between speakers and classes.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "01": "neutral", "02": "calm", "03": "happy", "04": "sad",
    "05": "angry", "06": "fearful", "07": "disgust", "08": "surprised",
}  # fmt: skip
_INTENSITIES = {"01": "normal", "02": "strong"}
_TEXTS = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}


class Reader(NamedAudioFiles):
    """RAVDESS speech. Attributes: gender, intensity, text_id, repetition."""

    name: ClassVar[str] = "ravdess"
    title: ClassVar[str] = "RAVDESS: Ryerson Audio-Visual Database of Emotional Speech and Song, speech part"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "CC BY-NC-SA 4.0"
    citation: ClassVar[str] = (
        "S. R. Livingstone, F. A. Russo: The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS), "
        "PLoS ONE 13(5): e0196391, 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("ravdess8",)
    published: ClassVar[dict[str, int]] = {
        "neutral": 96, "calm": 192, "happy": 192, "sad": 192,
        "angry": 192, "fearful": 192, "disgust": 192, "surprised": 192,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 24
    known_copies: ClassVar[frozenset[str]] = frozenset({"03-01-03-01-02-02-07"})

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"03-01-(?P<emotion>0[1-8])-(?P<intensity>0[12])-(?P<text>0[12])-(?P<repetition>0[12])"
        r"-(?P<actor>0[1-9]|1\d|2[0-4])"
    )
    example: ClassVar[str] = "03-01-05-02-01-01-12"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["actor"],
            "text": _TEXTS[name["text"]],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {
                "gender": "male" if int(name["actor"]) % 2 else "female",
                "intensity": _INTENSITIES[name["intensity"]],
                "text_id": name["text"],
                "repetition": name["repetition"],
            },
        }
