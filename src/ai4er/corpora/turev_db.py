"""TurEV-DB, Turkish Emotion-Voice Database: single words said in four emotions, Turkish.

1,735 recordings of 6 amateur speakers, 44.1 kHz. Free download from the owners (github.com/Xeonen/TurEV-DB).

Layout, from a table of all paths: `Sound Source/CLASS/SPEAKER_EE_WORD.wav` with the class (Angry, Calm, Happy,
Sad), the number of the speaker, the Turkish emotion EE (kz, sk, mt, hl) and the word.

Official split: none; leave speakers out. All say the same words. Quirk: speaker 1157 has no calm and no happy word.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_KINDS = r"Angry/\d{4}_kz|Calm/\d{4}_sk|Happy/\d{4}_mt|Sad/\d{4}_hl"


class Reader(NamedAudioFiles):
    """TurEV-DB; `text` is the word in ASCII letters, as the file name has it."""

    name: ClassVar[str] = "turev_db"
    title: ClassVar[str] = "TurEV-DB: Turkish Emotion-Voice Database"
    language: ClassVar[str] = "tr"
    licence: ClassVar[str] = "free download from the owners' repository, under the licence there"
    citation: ClassVar[str] = (
        "S. F. Canpolat, Z. Ormanoğlu, D. Zeyrek: Turkish Emotion Voice Database (TurEV-DB), SLTU-CCURL 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("turev_db4",)
    published: ClassVar[dict[str, int]] = {"angry": 487, "calm": 408, "happy": 357, "sad": 483}
    published_speakers: ClassVar[int | None] = 6

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?=(?:{_KINDS})_)(?P<label>[A-Z][a-z]+)/(?P<speaker>\d{{4}})_[a-z]{{2}}_(?P<word>[a-z]+)\d?"
    )
    example: ClassVar[str] = "Angry/1234_kz_kedi"
    parts: ClassVar[int] = 2

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {"speaker": name["speaker"], "text": name["word"], "label": name["label"].lower()}
