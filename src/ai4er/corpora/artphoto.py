"""ArtPhoto: artistic photographs by the emotion that the artist wanted to evoke, one of eight.

806 photographs from an art sharing site, found by emotion words. Open from the owners
(imageemotion.org, testImages_artphoto.zip), for research.

Layout, as of the release (told from memory): `amusement_0001.jpg`: the class (amusement, anger, awe, content, disgust,
excitement, fear, sad) and a number; `contentment` and `sadness` are accepted too.

Official split: none.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._image_files import NamedImageFiles

_WORDS = {"content": "contentment", "sad": "sadness"}


class Reader(NamedImageFiles):
    """ArtPhoto. The class of a photograph is in its name."""

    name: ClassVar[str] = "artphoto"
    title: ClassVar[str] = "ArtPhoto"
    licence: ClassVar[str] = "open from the owners for research; photographs under their artists' terms"
    citation: ClassVar[str] = (
        "J. Machajdik, A. Hanbury: Affective Image Classification using Features Inspired by Psychology and Art "
        "Theory, ACM Multimedia 2010"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mikels8",)
    published: ClassVar[dict[str, int]] = {
        "amusement": 101, "anger": 77, "awe": 102, "contentment": 70,
        "disgust": 70, "excitement": 105, "fear": 115, "sadness": 166,
    }  # fmt: skip

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<label>amusement|anger|awe|content|contentment|disgust|excitement|fear|sad|sadness)_\d+"
    )
    example: ClassVar[str] = "amusement_0001"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {"label": _WORDS.get(name["label"], name["label"])}
