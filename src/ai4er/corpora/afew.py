"""AFEW, Acted Facial Expressions in the Wild: clips of films with one of seven expressions; EmotiW challenges.

773 + 383 labelled clips (release 7.0, EmotiW 2017 to 2019), a few seconds each, with sound. On request from the
owners (Australian National University and Monash University; with an agreement), research only.

Layout, known from the release and users' accounts: `Train_AFEW/Angry/000046280.avi` and `Val_AFEW/Angry/...`, where
the folder is the class and the name a number; `Train` and `Val` are accepted as well. The clips of the test part
(`Test_vid_Distribute`) have no labels and are left out; aligned faces and features beside the clips are not read.

Official split: Train (train) and Val (valid); the test labels are kept by the owners. No film is in two parts, as the
owners say. Who is shown is not part of the file names.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import VIDEO_SUFFIXES, NamedAudioFiles
from ai4er.corpora.base import counts_by_split, summed

_SPLITS = {"Train": "train", "Val": "valid"}
_PUBLISHED = counts_by_split("""
              train  valid
    angry       133     64
    disgust      74     40
    fear         81     46
    happy       150     63
    neutral     144     63
    sad         117     61
    surprise     74     46
""")


class Reader(NamedAudioFiles):
    """AFEW."""

    name: ClassVar[str] = "afew"
    title: ClassVar[str] = "AFEW: Acted Facial Expressions in the Wild"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "on request from the owners with an agreement, research only; scenes of films"
    citation: ClassVar[str] = (
        "A. Dhall, R. Goecke, S. Lucey, T. Gedeon: Collecting Large, Richly Annotated Facial-Expression Databases from "
        "Movies, IEEE MultiMedia 19(3), 2012"
    )
    spaces: ClassVar[tuple[str, ...]] = ("afew7",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<split>Train|Val)(?:_AFEW)?/(?P<emotion>Angry|Disgust|Fear|Happy|Neutral|Sad|Surprise)/(?P<clip>\w+)"
    )
    example: ClassVar[str] = "Train_AFEW/Angry/000046280"
    parts: ClassVar[int] = 3
    suffixes: ClassVar[tuple[str, ...]] = VIDEO_SUFFIXES

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {"label": name["emotion"].lower(), "split": _SPLITS[name["split"]]}
