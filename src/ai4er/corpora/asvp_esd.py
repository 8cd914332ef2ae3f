"""ASVP-ESD: realistic emotional sounds, speech and non-speech, from films, television and the web, many languages.

13,964 sounds of about 130 actors in the table of EmoBox (the release has grown: 5,146, 7,812, ...), 13 classes, 16 kHz.
Zenodo record 5573185 and later versions (South China University of Technology).

Layout: `Audio/actor_123/03-02-09-01-07-123-02-02-02-09.wav` and, for the voices of babies, `Bonus/actor_150/...`: 03
audio, channel (01 speech, 02 non-speech), emotion, intensity (01 normal, 02 high), number, actor (odd female, even
male), age (01 above 65, 02 20 to 64, 03 below 20, 04 baby), source (01 website, 02 video channel, 03 film), language,
and numbers of kinds of sound. Taken from the EmoBox table of paths and the description on Zenodo; the meaning of age
and source could not be checked against it again, and the numbers of languages are given as they are (`language_code`).

Labels: the vote of 3 or 5 annotators; only its result is published. One file with the unknown emotion 17 has no label.

Official split: none; leave actors out. An actor is a person or a source as the owners tell them apart, 00 and the
folder `actor_` included, so that independence is as good as their numbers.
Quirks: names are irregular (8 to 12 numbers, some out of range, 5 with a space): attributes are given where they are
regular. No transcript. Gender is not given for babies and for actor 00.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "01": "boredom", "02": "neutral", "03": "happy", "04": "sad", "05": "angry", "06": "fearful", "07": "disgust",
    "08": "surprised", "09": "excited", "10": "pleasure", "11": "pain", "12": "disappointment", "13": "breath",
}  # fmt: skip
_CHANNELS = {"01": "speech", "02": "non-speech"}
_INTENSITIES = {"01": "normal", "02": "high"}
_BABY = "baby"
_AGES = {"01": "above 65", "02": "20 to 64", "03": "below 20", "04": _BABY}
_SOURCES = {"01": "website", "02": "video channel", "03": "film"}


class Reader(NamedAudioFiles):
    """ASVP-ESD. Attributes: channel, intensity, gender, age_group, source, language_code."""

    name: ClassVar[str] = "asvp_esd"
    title: ClassVar[str] = "ASVP-ESD: Audio, Speech and Vision Processing Lab Emotional Sound database"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "open from the owners on Zenodo, to be cited; see the terms of the record"
    citation: ClassVar[str] = (
        "D. Touko Landry, Q. He, W. Xie: Audio, Speech and Vision Processing Lab Emotional Sound database (ASVP-ESD), "
        "Zenodo, 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("asvp_esd13",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"03-(?P<channel>0[12])-(?P<emotion>\d\d)-(?P<intensity>\d+)-\d+-(?P<actor>\d+)"
        r"-(?P<age>\d+)-(?P<source>\d+)(?:-(?P<language>\d+))?(?: ?-\d+)*"
    )
    example: ClassVar[str] = "03-02-09-01-07-123-02-02-02-09"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        given = {
            "channel": _CHANNELS[name["channel"]],
            "intensity": _INTENSITIES.get(name["intensity"], ""),
            **(self._origin(name) if name["language"] else {}),
        }
        actor = int(name["actor"])
        if actor and given.get("age_group") != _BABY:
            given["gender"] = "female" if actor % 2 else "male"
        return {
            "speaker": str(actor),
            "label": _EMOTIONS.get(name["emotion"]),
            "attributes": {key: value for key, value in given.items() if value},
        }

    @staticmethod
    def _origin(name: re.Match[str]) -> dict[str, str]:
        """What the numbers behind the actor say; names that are too short leave one of them out."""
        return {
            "age_group": _AGES.get(name["age"], ""),
            "source": _SOURCES.get(name["source"], ""),
            "language_code": name["language"],
        }
