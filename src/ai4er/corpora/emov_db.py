"""EmoV-DB, the Emotional Voices Database: sentences of CMU Arctic read in five styles, English.

7,000 utterances by the owners' count, of 4 speakers (2 female: bea, jenie; 2 male: sam, josh), 5 classes; josh has no
anger and no disgust. OpenSLR resource 115 and github.com/numediart/EmoV-DB, for non-commercial purposes (research,
teaching, publication, personal experiments).

Layout: `sam_Amused/amused_367-392_0384.wav`: speaker and style (the archives of OpenSLR, each unpacked into a folder of
its name), range of an annotation file, number of the sentence; the sorted release has `sam/Amused/` instead. Where
`cmuarctic.data` is below the folder, number N is the sentence `arctic_aN` of it. Taken from the EmoBox table of paths
and the owners' scripts.

Official split: none; leave speakers out. Speakers share sentences.
Quirks: 6,887 utterances are in the EmoBox table, fewer than the owners' Readme counts; some names write the range as
`141_168`. Sampling rates differ.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError
from ai4er.records import Records

_STYLES = {
    "amused": "amused", "anger": "angry", "disgust": "disgust", "neutral": "neutral", "sleepiness": "sleepy",
}  # fmt: skip
_SPEAKERS = {"bea": "female", "jenie": "female", "josh": "male", "sam": "male"}
_SENTENCE = re.compile(r"\(\s*arctic_a(?P<number>\d{4})\s+\"(?P<text>.*)\"\s*\)")


class Reader(NamedAudioFiles):
    """EmoV-DB. Attributes: gender, text_id."""

    name: ClassVar[str] = "emov_db"
    title: ClassVar[str] = "EmoV-DB: Emotional Voices Database"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "non-commercial purposes only (the owners' terms)"
    citation: ClassVar[str] = (
        "A. Adigwe, N. Tits, K. El Haddad, S. Ostadabbas, T. Dutoit: The Emotional Voices Database: Towards "
        "Controlling the Emotion Dimension in Voice Generation Systems, arXiv 1806.09514, 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emov_db5",)
    published: ClassVar[dict[str, int]] = {
        "amused": 1330, "angry": 1308, "disgust": 1033, "neutral": 1585, "sleepy": 1744,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 4
    quirks: ClassVar[tuple[str, ...]] = ("the owners' Readme counts 7,000 utterances, EmoBox finds 6,887",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>{'|'.join(_SPEAKERS)})/(?P<style>{'|'.join(_STYLES)})_\d+[-_]\d+_(?P<sentence>\d{{4}})"
    )
    example: ClassVar[str] = "sam/amused_367-392_0384"

    @classmethod
    def official_name(cls, path: Path) -> str:
        """Speaker and name, whatever the folders: the style stands in both.

        >>> Reader.official_name(Path("sam_Disgusted/Disgust_1-28_0007.wav"))
        'sam/disgust_1-28_0007'
        >>> Reader.official_name(Path("sam/Disgust/disgust_1-28_0007.wav"))
        'sam/disgust_1-28_0007'
        """
        speakers = [part.split("_")[0].lower() for part in path.parts[-3:-1]]
        return "/".join([*(name for name in speakers if name in _SPEAKERS), path.stem.lower()])

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _STYLES[name["style"]],
            "attributes": {"gender": _SPEAKERS[name["speaker"]], "text_id": name["sentence"]},
        }

    def read(self) -> Records:
        texts = self._texts()
        return Records(r.replace(text=texts.get(r.attributes["text_id"])) for r in super().read())

    def _texts(self) -> dict[str, str]:
        """The sentence by its number, where the list of CMU Arctic is there."""
        path = find_text_file(self.root, "cmuarctic.data")
        if path is None:
            return {}
        texts = {line["number"]: line["text"].strip() for line in _SENTENCE.finditer(read_text(path))}
        if not texts:
            raise Ai4erError(f'{path}: no line is like ( arctic_a0001 "Author of the danger trail ..." )')
        return texts
