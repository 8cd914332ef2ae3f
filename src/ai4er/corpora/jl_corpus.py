"""JL corpus: acted New Zealand English sentences with five primary and five secondary emotions.

2,400 utterances of 4 actors (2 female, 2 male), 30 sentences, 10 classes, 2 repetitions, 44.1 kHz. From the owners on
Kaggle (tli725/jl-corpus, University of Auckland).

Layout: `Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/male2_concerned_6b_1.wav`: speaker, emotion, sentence
(1a to 15b), repetition; beside it the transcript as `.txt`. Taken from the EmoBox table of paths; that the transcript
stands in a file of the same name is what the folder's name and users of the corpus say.

Official split: none; leave speakers out. Every speaker says every sentence, so texts are shared.
Quirks: the owners call this release raw, unchecked and unannotated.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora._tables import read_text
from ai4er.records import Record, Records

_EMOTIONS = (
    "angry", "anxious", "apologetic", "assertive", "concerned", "encouraging", "excited", "happy", "neutral", "sad",
)  # fmt: skip


class Reader(NamedAudioFiles):
    """JL corpus. Attributes: gender, text_id, repetition."""

    name: ClassVar[str] = "jl_corpus"
    title: ClassVar[str] = "JL corpus: emotional speech for human-robot interaction"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "free from the owners with citation, for studies of emotional speech; see their page"
    citation: ClassVar[str] = (
        "J. James, L. Tian, C. I. Watson: An Open Source Emotional Speech Corpus for Human Robot Interaction "
        "Applications, Interspeech 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("jl_corpus10",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(_EMOTIONS, 240)
    published_speakers: ClassVar[int | None] = 4

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>(?P<gender>female|male)[12])_(?P<emotion>{'|'.join(_EMOTIONS)})"
        r"_(?P<text>(?:[1-9]|1[0-5])[ab])_(?P<repetition>[12])"
    )
    example: ClassVar[str] = "male2_concerned_6b_1"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": name["emotion"],
            "attributes": {"gender": name["gender"], "text_id": name["text"], "repetition": name["repetition"]},
        }

    def read(self) -> Records:
        return Records(record.replace(text=_transcript(record)) for record in super().read())


def _transcript(record: Record) -> str | None:
    """What the text file beside the recording says, where there is one."""
    path = Path(record.audio or "").with_suffix(".txt")
    return read_text(path).strip() if path.is_file() else None
