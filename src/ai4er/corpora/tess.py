"""TESS, the Toronto emotional speech set: one carrier phrase with 200 words, acted by two women, English.

2,800 utterances of 2 actors (aged 26 and 64), 200 words, 7 classes, each once. Borealis Dataverse
(doi 10.5683/SP2/E8H2MF, University of Toronto), CC BY-NC-ND 4.0.

Layout: `OAF_angry/OAF_WORD_EMO.wav`: speaker (OAF the older, YAF the younger actor), word, emotion; `ps` is pleasant
surprise. Folders do not matter. Taken from the EmoBox table of paths; that one file of some copies is called
`OA_bite_neutral.wav` is known from such copies.

Official split: none. With two speakers, leaving one out trains on a single voice.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "angry": "angry", "disgust": "disgust", "fear": "fear", "happy": "happy",
    "neutral": "neutral", "ps": "pleasant_surprise", "sad": "sad",
}  # fmt: skip
_AGES = {"O": "64", "Y": "26"}


class Reader(NamedAudioFiles):
    """TESS. Attributes: gender, age, text_id (the word)."""

    name: ClassVar[str] = "tess"
    title: ClassVar[str] = "TESS: Toronto emotional speech set"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "CC BY-NC-ND 4.0"
    citation: ClassVar[str] = "M. K. Pichora-Fuller, K. Dupuis: Toronto emotional speech set (TESS), Borealis, 2020"
    spaces: ClassVar[tuple[str, ...]] = ("tess7",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(sorted(_EMOTIONS.values()), 400)
    published_speakers: ClassVar[int | None] = 2

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>[OY])AF?_(?P<word>[a-z]+)_(?P<emotion>{'|'.join(_EMOTIONS)})"
    )
    example: ClassVar[str] = "OAF_back_angry"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": f"{name['speaker']}AF",
            "text": f"Say the word {name['word']}.",
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"gender": "female", "age": _AGES[name["speaker"]], "text_id": name["word"]},
        }
