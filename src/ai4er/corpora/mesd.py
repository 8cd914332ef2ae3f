"""MESD, the Mexican Emotional Speech Database: single words spoken in six emotions by adults and children.

864 words in the paper, 862 in the release, by 3 women, 2 men and 6 children, 6 classes, 48 kHz. Mendeley Data
cy34mh68j9 (Tecnologico de Monterrey).

Layout: `EMOTION_V_C_WORD.wav`: voice V (F female adult, M male adult, C child), list of words C (A: the same words in
every emotion; B: words chosen for the emotion), the word, without accents and with `_` for a space; in one folder.
Taken from the EmoBox table of paths and the owners' description. Files of reduced naturalness
(`..._L1_WORD`, `..._L2_WORD`) of the release are another set and left out.

Official split: none. The names do not tell the voices of one kind apart, so nobody can leave speakers out: leaving a
kind of voice out (attribute `voice`) is the nearest.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = ("Anger", "Disgust", "Fear", "Happiness", "Neutral", "Sadness")
_VOICES = {
    "F": {"voice": "female adult", "gender": "female", "age_group": "adult"},
    "M": {"voice": "male adult", "gender": "male", "age_group": "adult"},
    "C": {"voice": "child", "age_group": "child"},
}


class Reader(NamedAudioFiles):
    """MESD. Attributes: voice, age_group, gender (of adults), word_list, text_id (the word)."""

    name: ClassVar[str] = "mesd"
    title: ClassVar[str] = "MESD: Mexican Emotional Speech Database"
    language: ClassVar[str] = "es"
    licence: ClassVar[str] = "open from the owners on Mendeley Data; see the terms on its page"
    citation: ClassVar[str] = (
        "M. M. Duville, L. M. Alonso-Valerdi, D. I. Ibarra-Zarate: Mexican Emotional Speech Database Based on "
        "Semantic, Frequency, Familiarity, Concreteness, and Cultural Shaping of Affective Prosody, Data 6(12), 2021"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mesd6",)
    published: ClassVar[dict[str, int]] = {
        "anger": 143, "disgust": 144, "fear": 144, "happiness": 144, "neutral": 143, "sadness": 144,
    }  # fmt: skip
    speakers_known: ClassVar[bool] = False
    quirks: ClassVar[tuple[str, ...]] = (
        "the paper counts 864 words, 144 a class; the release holds 862: one of anger and one of neutral are missing",
    )

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<emotion>{'|'.join(_EMOTIONS)})_(?P<voice>[FMC])_(?P<list>[AB])_(?P<word>(?!L[12]_)\w+)"
    )
    example: ClassVar[str] = "Anger_F_B_ofensa"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "text": name["word"].replace("_", " "),
            "label": name["emotion"].lower(),
            "attributes": {**_VOICES[name["voice"]], "word_list": name["list"], "text_id": name["word"]},
        }
