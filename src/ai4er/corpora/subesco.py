"""SUBESCO, the SUST Bangla Emotional Speech Corpus: acted Bangla sentences.

7,000 utterances of 20 actors (10 female, 10 male), 10 sentences, 7 classes, 5 takes. Zenodo record 4526477
(Shahjalal University of Science and Technology), CC BY 4.0.

Layout: `F_02_MONIKA_S_1_NEUTRAL_5.wav`: gender, number of the speaker (of that gender), name, S and the number of the
sentence, emotion, take; in one folder. Taken from the owners' description and the EmoBox table of paths.

Official split: none; leave speakers out. Every speaker says every sentence, so texts are shared.
Quirks: one file of the release is called `F_02_MONIKA_S_2_SURPRISE_3].wav`; it is read. Sampling rates differ.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "ANGRY": "anger", "DISGUST": "disgust", "FEAR": "fear", "HAPPY": "happiness",
    "NEUTRAL": "neutral", "SAD": "sadness", "SURPRISE": "surprise",
}  # fmt: skip


class Reader(NamedAudioFiles):
    """SUBESCO. Attributes: gender, name, text_id, take."""

    name: ClassVar[str] = "subesco"
    title: ClassVar[str] = "SUBESCO: SUST Bangla Emotional Speech Corpus"
    language: ClassVar[str] = "bn"
    licence: ClassVar[str] = "CC BY 4.0"
    citation: ClassVar[str] = (
        "S. Sultana, M. S. Rahman, M. R. Selim, M. Z. Iqbal: SUST Bangla Emotional Speech Corpus (SUBESCO): "
        "An audio-only emotional speech corpus for Bangla, PLoS ONE 16(4): e0250173, 2021"
    )
    spaces: ClassVar[tuple[str, ...]] = ("subesco7",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(sorted(_EMOTIONS.values()), 1000)
    published_speakers: ClassVar[int | None] = 20

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<speaker>(?P<gender>[FM])_(?:0[1-9]|10))_(?P<name>[A-Z]+)_S_(?P<text>[1-9]|10)"
        rf"_(?P<emotion>{'|'.join(_EMOTIONS)})_(?P<take>[1-5])\]?"
    )
    example: ClassVar[str] = "F_02_MONIKA_S_1_NEUTRAL_5"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {
                "gender": "female" if name["gender"] == "F" else "male",
                "name": name["name"].capitalize(),
                "text_id": name["text"],
                "take": name["take"],
            },
        }
