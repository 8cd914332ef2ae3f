"""RAVDESS, speech part with video: two sentences acted in eight emotions, North American English.

1,440 recordings of 24 actors with picture and sound (and the same without sound); otherwise as `ravdess`. Zenodo record
1188976 (`Video_Speech_Actor_AA.zip`), CC BY-NC-SA 4.0.

Layout: `Actor_AA/MM-01-EE-II-SS-RR-AA.mp4`, as the owners' page describes it: modality MM 01 picture and sound, 02
picture only; 01 speech; then as in `ravdess`. `modality=video` reads those without sound. Songs
(MM-02-...) are left out.

Official split: none; leave speakers out (all say the same two sentences).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._named_files import VIDEO_SUFFIXES
from ai4er.corpora.ravdess import Reader as Speech
from ai4er.errors import Ai4erError
from ai4er.records import Records

_CODES = {"audiovisual": "01-", "video": "02-"}


class Reader(Speech):
    """RAVDESS speech videos. Attributes: gender, intensity, text_id, repetition."""

    name: ClassVar[str] = "ravdess_video"
    title: ClassVar[str] = "RAVDESS: Ryerson Audio-Visual Database of Emotional Speech and Song, speech videos"
    known_copies: ClassVar[frozenset[str]] = frozenset()
    suffixes: ClassVar[tuple[str, ...]] = VIDEO_SUFFIXES
    pattern: ClassVar[re.Pattern[str]] = re.compile(Speech.pattern.pattern.replace("03-01-", "0[12]-01-", 1))
    example: ClassVar[str] = "01-01-05-02-01-01-12"

    def __init__(self, root: Path, modality: Literal["audiovisual", "video"] = "audiovisual") -> None:
        super().__init__(root)
        self.modality = modality

    def read(self) -> Records:
        code = _CODES[self.modality]
        records = super().read().where(lambda record: record.id.startswith(code))
        if not len(records):
            raise Ai4erError(f"corpus {self.name}: no file below {self.root} begins with {code} ({self.modality})")
        return records
