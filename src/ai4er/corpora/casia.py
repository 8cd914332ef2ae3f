"""CASIA, the Chinese emotional corpus of the Institute of Automation: acted Mandarin sentences.

The part with the same texts in every emotion: 1,200 utterances of 4 actors (2 female, 2 male), 50 sentences, 6 classes,
16 kHz. The whole corpus (9,600 utterances, with texts that differ by emotion) is licensed by the owners (Institute of
Automation, Chinese Academy of Sciences).

Layout: `SPEAKER/EMOTION/NNN.wav` with the number of the sentence, 201 to 250. Taken from the EmoBox table of paths; the
letters of the folders may be capital (`ZhaoZuoxiang`). Genders are those that users of the corpus report.

Official split: none; leave speakers out. Every speaker says every sentence, so texts are shared.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = ("angry", "fear", "happy", "neutral", "sad", "surprise")
_SPEAKERS = {"liuchanhg": "female", "wangzhe": "male", "zhaoquanyin": "female", "zhaozuoxiang": "male"}


class Reader(NamedAudioFiles):
    """CASIA, same texts. Attributes: gender, text_id."""

    name: ClassVar[str] = "casia"
    title: ClassVar[str] = "CASIA: Chinese emotional corpus, same texts"
    language: ClassVar[str] = "zh"
    licence: ClassVar[str] = "on request from the owners, research"
    citation: ClassVar[str] = (
        "CASIA Chinese emotional corpus, National Laboratory of Pattern Recognition, "
        "Institute of Automation, Chinese Academy of Sciences"
    )
    spaces: ClassVar[tuple[str, ...]] = ("casia6",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(_EMOTIONS, 200)
    published_speakers: ClassVar[int | None] = 4

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>{'|'.join(_SPEAKERS)})/(?P<emotion>{'|'.join(_EMOTIONS)})/(?P<text>2[0-4]\d|250)"
    )
    example: ClassVar[str] = "wangzhe/angry/201"
    parts: ClassVar[int] = 3

    @classmethod
    def official_name(cls, path: Path) -> str:
        """Copies differ in capital letters.

        >>> Reader.official_name(Path("casia/ZhaoZuoxiang/sad/201.wav"))
        'zhaozuoxiang/sad/201'
        """
        return super().official_name(path).lower()

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": name["emotion"],
            "attributes": {"gender": _SPEAKERS[name["speaker"]], "text_id": name["text"]},
        }
