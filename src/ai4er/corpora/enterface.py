"""eNTERFACE'05: videos of people who react to a story with one of five given sentences, English.

1,263 videos of 43 subjects in the table of EmoBox (the paper: 42 subjects, 14 nationalities, 81 % men), 6 emotions, 5
sentences each, 48 kHz. Public for scientific research from the owners (enterface.net/enterface05).

Layout: `subject 14/anger/sentence 3/s14_an_3.avi`. The record's video, whose sound is its audio. Taken from the EmoBox
table of paths; the sentences from the paper as users cite it.

Official split: none; leave subjects out. Everybody says the same sentences, which belong to one emotion each: the text
gives the emotion away.
Quirks: folders and file names contradict each other (the files of subject 11 are called `s12`; two sentences of subject
2 are swapped), and the folder is believed. Subject 6 is not cut: one long video for each emotion (attribute `segmented`
is no, no text). Subject 23 lacks three videos of happiness.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_TEXTS = {
    "anger": (
        "What??? No, no, no, listen! I need this money!",
        "I don't care about your coffee! Please serve me!",
        "I can have you fired you know!",
        "Is your coffee more important than my money?",
        "You're getting paid to work, not drink coffee!",
    ),
    "disgust": (
        "That's horrible! I'll never eat noodles again.",
        "Something is moving inside my plate!",
        "Aaaaah a cockroach!!!",
        "Eeeek, this is disgusting!!!",
        "That's gross!",
    ),
    "fear": (
        "Oh my god, there is someone in the house!",
        "Someone is climbing up the stairs!",
        "Please don't kill me...",
        "I'm not alone! Go away!",
        "I have nothing to give you! Please don't hurt me!",
    ),
    "happiness": (
        "That's great, I'm rich now!!!",
        "I won: this is great! I'm so happy!!",
        "Wahoo... This is so great.",
        "I'm so lucky!",
        "I'm so excited!",
    ),
    "sadness": (
        "Life won't be the same now.",
        "Oh no, tell me this is not true, please!",
        "Everything was so perfect! I just don't understand!",
        "I still loved him (her).",
        "He (she) was my life.",
    ),
    "surprise": (
        "You have never told me that!",
        "I didn't expect that!",
        "Wahoo, I would never have believed this!",
        "I never saw that coming!",
        "Oh my God, that's so weird!",
    ),
}


class Reader(NamedAudioFiles):
    """eNTERFACE'05. Attributes: text_id, segmented."""

    name: ClassVar[str] = "enterface"
    title: ClassVar[str] = "eNTERFACE'05 Audio-Visual Emotion Database"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "public for scientific research"
    citation: ClassVar[str] = (
        "O. Martin, I. Kotsia, B. Macq, I. Pitas: The eNTERFACE'05 Audio-Visual Emotion Database, ICDE Workshops 2006"
    )
    spaces: ClassVar[tuple[str, ...]] = ("enterface6",)
    quirks: ClassVar[tuple[str, ...]] = ("subject 6 is not cut into sentences: six videos of 55 to 107 s",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"subject (?P<subject>\d+)/(?P<emotion>{'|'.join(_TEXTS)})/"
        r"(?:sentence (?P<text>[1-5])/s_?\d+_[a-z]{2}_[1-5](?:avi)?|s\d+_[a-z]{2})"
    )
    example: ClassVar[str] = "subject 14/anger/sentence 3/s14_an_3"
    suffixes: ClassVar[tuple[str, ...]] = (".avi",)

    @classmethod
    def official_name(cls, path: Path) -> str:
        """From the folder of the subject on.

        >>> Reader.official_name(Path("enterface database/subject 6/fear/s6_fe.avi"))
        'subject 6/fear/s6_fe'
        """
        parts = path.with_suffix("").parts
        starts = [index for index, part in enumerate(parts) if part.startswith("subject ")]
        return "/".join(parts[starts[-1] if starts else -1 :])

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        cut = name["text"] is not None
        number = {"text_id": f"{name['emotion']}{name['text']}"} if cut else {}
        return {
            "speaker": name["subject"],
            "text": _TEXTS[name["emotion"]][int(name["text"]) - 1] if cut else None,
            "label": name["emotion"],
            "attributes": {**number, "segmented": "yes" if cut else "no"},
        }
