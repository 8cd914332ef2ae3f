"""Oréau: emotional sentences said by 32 amateurs, French.

434 utterances (25 men, 7 women), 79 sentences in 7 classes, 44.1 kHz. Free download from the owners (Zenodo,
"French Emotional Speech Database - Oréau").

Layout, from a table of all paths: `OréauFR_02/G/sessE/SSaNNEv.wav` with the gender G (m, f), the letter of the
French emotion word E (colère, dégoût, joie, neutre, peur, surprise, tristesse), the speaker SS, the letter a (two
files have z), the sentence NN of that emotion and the version v.

Official split: none; leave speakers out. Sentences belong to an emotion, so the words give the class away.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "C": "anger", "D": "disgust", "J": "joy", "N": "neutral", "P": "fear", "S": "surprise", "T": "sadness",
}  # fmt: skip


class Reader(NamedAudioFiles):
    """Oréau. Attributes: gender, text_id (unique with the emotion), version."""

    name: ClassVar[str] = "oreau"
    title: ClassVar[str] = "French Emotional Speech Database - Oréau"
    language: ClassVar[str] = "fr"
    licence: ClassVar[str] = "free download from Zenodo, under the licence of its record there"
    citation: ClassVar[str] = (
        "L. Kerkeni, C. Cleder, Y. Serrestou, K. Raoof: French Emotional Speech Database - Oréau, Zenodo, 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("oreau7",)
    published: ClassVar[dict[str, int]] = {
        "anger": 67, "disgust": 67, "fear": 51, "joy": 62, "neutral": 70, "sadness": 55, "surprise": 62,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 32

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<gender>[mf])/sess(?P<folder>[cdjnpst])/"
        r"(?P<speaker>\d\d)[az](?P<text>\d\d)(?P<emotion>[CDJNPST])(?P<version>[a-z])"
    )
    example: ClassVar[str] = "m/sessj/29a13Ja"
    parts: ClassVar[int] = 3

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {
                "gender": "female" if name["gender"] == "f" else "male",
                "text_id": name["emotion"] + name["text"],
                "version": name["version"],
            },
        }
