"""AESDD, the Acted Emotional Speech Dynamic Database: acted Greek utterances of a corpus that grows.

604 recordings of 6 actors in the state that EmoBox lists (about 500 of 5 in version 1.0), 20 utterances, 5 classes,
44.1 kHz. From the owners (m3c.web.auth.gr/research/aesdd-speech-emotion-recognition, Aristotle University of
Thessaloniki).

Layout: `anger/a03 (4).wav`: the first letter of the emotion, the number of the utterance (01 to 20, one of them
improvised), in brackets the number of the speaker; a letter behind it (`a06 (5)b`) is another take. Taken from the
owners' Readme and the EmoBox table of paths.

Official split: none; leave speakers out. Every speaker says every utterance, so texts are shared.
Quirks: some files write the number of the speaker as `(01)`. The corpus grows, so that no counts can be expected.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {"a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "s": "sadness"}


class Reader(NamedAudioFiles):
    """AESDD. Attributes: text_id, take (where there is more than one)."""

    name: ClassVar[str] = "aesdd"
    title: ClassVar[str] = "AESDD: Acted Emotional Speech Dynamic Database"
    language: ClassVar[str] = "el"
    licence: ClassVar[str] = "free download from the owners, for research; see their page"
    citation: ClassVar[str] = (
        "N. Vryzas, R. Kotsakis, A. Liatsou, C. A. Dimoulas, G. Kalliris: "
        "Speech Emotion Recognition for Performance Interaction, Journal of the Audio Engineering Society 66(6), 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("aesdd5",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<emotion>[adfhs])(?P<text>0[1-9]|1\d|20) ?\(0?(?P<speaker>[1-9]\d?)\)(?P<take>[a-z]?)"
    )
    example: ClassVar[str] = "a03 (4)"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        take = {"take": name["take"]} if name["take"] else {}
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"text_id": name["text"], **take},
        }
