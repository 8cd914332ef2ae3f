"""SAVEE, Surrey Audio-Visual Expressed Emotion: TIMIT sentences acted by four men, British English.

480 utterances of 4 speakers (DC, JE, JK, KL; 27 to 31 years), 15 sentences in each of 6 classes and 30 neutral ones,
44.1 kHz. For research, after registration with the owners (University of Surrey, kahlan.eps.surrey.ac.uk/savee).

Layout: `AudioData/SP/ENN.wav` with the speaker SP, the letters E of the emotion (a, d, f, h, n, sa, su) and the number
NN of the sentence; many copies put all files into one folder as `SP_ENN.wav`. Both are read, with the second as id.
Taken from the owners' `Info.txt` and the EmoBox table of paths. The videos are not read.

Official split: none; leave speakers out.
Quirks: the numbers of the sentences start anew in each emotion; transcripts are not part of the audio release.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "n": "neutral", "sa": "sadness", "su": "surprise",
}  # fmt: skip
_SPEAKERS = ("DC", "JE", "JK", "KL")


class Reader(NamedAudioFiles):
    """SAVEE. Attributes: gender, text_id (the emotion's letters and the number of the sentence)."""

    name: ClassVar[str] = "savee"
    title: ClassVar[str] = "SAVEE: Surrey Audio-Visual Expressed Emotion"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "research only, after registration with the owners"
    citation: ClassVar[str] = (
        "S. Haq, P. J. B. Jackson: Multimodal Emotion Recognition, in: W. Wang (ed.), Machine Audition: Principles, "
        "Algorithms and Systems, IGI Global, 2010"
    )
    spaces: ClassVar[tuple[str, ...]] = ("savee7",)
    published: ClassVar[dict[str, int]] = {
        "anger": 60, "disgust": 60, "fear": 60, "happiness": 60, "neutral": 120, "sadness": 60, "surprise": 60,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 4

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>{'|'.join(_SPEAKERS)})_(?P<text>(?P<emotion>sa|su|[adfhn])\d\d)"
    )
    example: ClassVar[str] = "DC_sa07"

    @classmethod
    def official_name(cls, path: Path) -> str:
        """The speaker stands in the folder or before the name: both give the same.

        >>> Reader.official_name(Path("AudioData/DC/sa07.wav")), Reader.official_name(Path("ALL/DC_sa07.wav"))
        ('DC_sa07', 'DC_sa07')
        """
        folder = path.parent.name
        return path.stem if folder not in _SPEAKERS or "_" in path.stem else f"{folder}_{path.stem}"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"gender": "male", "text_id": name["text"]},
        }
