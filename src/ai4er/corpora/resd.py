"""RESD, Russian Emotional Speech Dialogs: two people act a dialogue, each in an emotion of their own.

1,396 utterances in 7 classes, 16 and 44.1 kHz. Free download from the owners (Aniemore, Hugging Face).

Layout, from a table of all paths: `SPLIT/DD_ONE_OTHER/DD_ONE_OTHER E_NNN.wav` or, for later dialogues,
`SPLIT/ONE_OTHER_DD/DD_ONE_OTHER_E_NNN.wav` with the number DD of the dialogue, its two emotions, the first letter
E of the emotion of the utterance and its number NNN.

Official split: train (1,116) and test (280). It is NOT independent: the dialogues are in both parts, and with them
their speakers, whom nobody names. Quirk: one folder names its emotions the other way round than its files.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora.base import counts_by_split, summed

_EMOTIONS = {name[0]: name for name in ("anger", "disgust", "enthusiasm", "fear", "happiness", "neutral", "sadness")}
_WORD = "|".join(_EMOTIONS.values())
_PUBLISHED = counts_by_split("""
                train  test
    anger         175    44
    disgust       148    37
    enthusiasm    158    40
    fear          178    45
    happiness     174    44
    neutral       153    38
    sadness       130    32
""")


class Reader(NamedAudioFiles):
    """RESD. Attributes: number (of the utterance), emotions (of the dialogue)."""

    name: ClassVar[str] = "resd"
    title: ClassVar[str] = "RESD: Russian Emotional Speech Dialogs"
    language: ClassVar[str] = "ru"
    licence: ClassVar[str] = "free download from the owners, under the licence of its page there"
    citation: ClassVar[str] = "I. Lubenets, N. Davidchuk, A. Amentes: Aniemore, 2022"
    spaces: ClassVar[tuple[str, ...]] = ("resd7",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False
    quirks: ClassVar[tuple[str, ...]] = ("the official parts share their dialogues",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<split>train|test)/(?:\d\d_(?:{_WORD})_(?:{_WORD})|(?:{_WORD})_(?:{_WORD})_\d\d)/"
        rf"(?P<dialogue>\d\d)_(?P<emotions>(?:{_WORD})_(?:{_WORD}))"
        rf"[ _](?P<emotion>[{''.join(_EMOTIONS)}])_(?P<number>\d{{3}})"
    )
    example: ClassVar[str] = "train/neutral_fear_27/27_neutral_fear_n_100"
    parts: ClassVar[int] = 3

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "dialogue": name["dialogue"],
            "split": name["split"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"number": name["number"], "emotions": name["emotions"]},
        }
