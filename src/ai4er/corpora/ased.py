"""ASED, the Amharic Speech Emotion Dataset: sentences in four dialects of Amharic.

2,474 utterances of 65 speakers (25 female, 40 male), 27 sentences, 5 classes, 16 kHz. Eight judges; kept is what five
of them recognised. Free download from the owners (github.com/Ethio2021/ASED_V1, Northwest University, Xi'an).

Layout: `05Angry/a5-03-01-02-50.wav`: letter of the emotion and number of its folder, sentence (01 to 07), repetition,
gender (01 female, 02 male), speaker. Taken from the owners' Readme and the EmoBox table of paths.

Official split: none; leave speakers out. Five sentences belong to one emotion each, so that the text gives that emotion
away; two are common to all emotions. Which numbers are the common ones, the Readme does not say: `text_id` is the
number within the emotion.
Quirks: one file of the release begins with a capital S; the names of 5 speakers (09, 15, 21, 23, 25) give both genders.
The dialect is not part of the name.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {"n1": "neutral", "f2": "fearful", "h3": "happy", "s4": "sad", "a5": "angry"}


class Reader(NamedAudioFiles):
    """ASED. Attributes: gender, text_id, repetition."""

    name: ClassVar[str] = "ased"
    title: ClassVar[str] = "ASED: Amharic Speech Emotion Dataset"
    language: ClassVar[str] = "am"
    licence: ClassVar[str] = "free download from the owners, without a licence text"
    citation: ClassVar[str] = (
        "E. A. Retta, E. Almekhlafi, R. Sutcliffe, M. Mhamed, H. Ali, J. Feng: A New Amharic Speech Emotion Dataset "
        "and Classification Benchmark, ACM Transactions on Asian and Low-Resource Language Information Processing, 2023"
    )
    spaces: ClassVar[tuple[str, ...]] = ("ased5",)
    published: ClassVar[dict[str, int]] = {"angry": 486, "fearful": 510, "happy": 486, "neutral": 522, "sad": 470}
    published_speakers: ClassVar[int | None] = 65

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<emotion>{'|'.join(_EMOTIONS)})-(?P<text>0[1-7])-(?P<repetition>0[12])-(?P<gender>0[12])"
        r"-(?P<speaker>0[1-9]|[1-5]\d|6[0-5])",
        re.IGNORECASE,
    )
    example: ClassVar[str] = "a5-03-01-02-50"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"].lower()],
            "attributes": {
                "gender": "female" if name["gender"] == "01" else "male",
                "text_id": name["text"],
                "repetition": name["repetition"],
            },
        }
