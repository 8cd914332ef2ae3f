"""FI, Flickr and Instagram: photographs by the emotion that they evoke, one of eight.

23,308 photographs found by emotion words; at least three of five workers agreed on each. From the owners (Quanzeng
You, University of Rochester), for academic research; photographs that were taken down meanwhile are missing in
later copies.

Layout, the usual one of the released archive (told from memory): a folder for each class (amusement, anger, awe,
contentment, disgust, excitement, fear, sadness) of image files, at any depth. The votes of the workers are not read.

Official split: none (80, 5 and 15 percent at random in the paper).
Quirks: some photographs occur twice; `check` lists them.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._image_files import NamedImageFiles
from ai4er.labels import label_space


class Reader(NamedImageFiles):
    """FI. The class of a photograph is its folder."""

    name: ClassVar[str] = "fi"
    title: ClassVar[str] = "FI: Flickr and Instagram"
    licence: ClassVar[str] = "from the owners for academic research; photographs under their own terms"
    citation: ClassVar[str] = (
        "Q. You, J. Luo, H. Jin, J. Yang: Building a Large Scale Dataset for Image Emotion Recognition: The Fine Print "
        "and The Benchmark, AAAI 2016"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mikels8",)
    published: ClassVar[dict[str, int]] = {
        "amusement": 4942, "anger": 1266, "awe": 3151, "contentment": 5374,
        "disgust": 1658, "excitement": 2963, "fear": 1032, "sadness": 2922,
    }  # fmt: skip

    parts: ClassVar[int] = 2
    pattern: ClassVar[re.Pattern[str]] = re.compile(rf"(?P<label>{'|'.join(label_space('mikels8').names)})/[^/]+")
    example: ClassVar[str] = "amusement/2334852610"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {"label": name["label"]}
