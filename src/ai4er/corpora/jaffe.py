"""JAFFE: ten Japanese women pose six expressions and a neutral face; 60 women rated every image.

213 grey images of 256 x 256 pixels. From the owners (zenodo.org/record/3451524), for non-commercial research;
images may not be redistributed.

Layout, as of the release: `KA.AN1.39.tiff`: the person, the expression (AN anger, DI disgust, FE fear, HA happiness,
NE neutral, SA sadness, SU surprise) with its number, and a running number. The semantic ratings (means from 1 to 5)
are a table inside `README` (or `README_FIRST.txt`) with lines such as `1 2.87 2.52 2.10 1.97 1.97 2.06 KM-NE1`
for happiness, sadness, surprise, anger, disgust and fear; any text file with such lines, also separated by commas,
is read.

Official split: none; leave persons out.
Quirks: the image that raters see need not be the expression that was posed; a few images have no ratings.
"""

from __future__ import annotations

import functools
import re
from typing import Any, ClassVar

from ai4er.corpora._image_files import NamedImageFiles
from ai4er.corpora._tables import read_text

_EMOTIONS = {
    "AN": "anger", "DI": "disgust", "FE": "fear", "HA": "happiness",
    "NE": "neutral", "SA": "sadness", "SU": "surprise",
}  # fmt: skip
_RATED = ("happiness", "sadness", "surprise", "anger", "disgust", "fear")
_RATING = re.compile(r"^[ \t]*\d+((?:[ \t,]+\d\.\d+){6})[ \t,]+([A-Z]{2})[-.]([A-Z]{2}\d)\b", re.MULTILINE)


class Reader(NamedImageFiles):
    """JAFFE. Dimensions: the mean rating, 1 to 5, of each of six emotions, where the ratings are there."""

    name: ClassVar[str] = "jaffe"
    title: ClassVar[str] = "JAFFE: Japanese Female Facial Expression database"
    licence: ClassVar[str] = "from the owners for non-commercial research; no redistribution of images"
    citation: ClassVar[str] = (
        "M. Lyons, S. Akamatsu, M. Kamachi, J. Gyoba: Coding Facial Expressions with Gabor Wavelets, "
        "Automatic Face and Gesture Recognition 1998"
    )
    spaces: ClassVar[tuple[str, ...]] = ("jaffe7",)
    published: ClassVar[dict[str, int]] = {
        "anger": 30, "disgust": 29, "fear": 32, "happiness": 31, "neutral": 30, "sadness": 31, "surprise": 30,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 10
    speakers_known: ClassVar[bool] = True

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<person>[A-Z]{{2}})\.(?P<emotion>{'|'.join(_EMOTIONS)})(?P<number>\d)\.(?P<image>\d+)"
    )
    example: ClassVar[str] = "KA.AN1.39"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["person"],
            "label": _EMOTIONS[name["emotion"]],
            "dimensions": self._ratings.get(f"{name['person']}-{name['emotion']}{name['number']}", {}),
            "attributes": {"gender": "female", "number": name["number"]},
        }

    @functools.cached_property
    def _ratings(self) -> dict[str, dict[str, float]]:
        """The mean ratings of each image, such as KM-NE1."""
        texts = [p for p in sorted(self.root.rglob("*")) if p.is_file() and p.suffix.lower() in ("", ".txt", ".csv")]
        return {
            f"{person}-{pose}": dict(
                zip(_RATED, (float(value) for value in re.split(r"[ \t,]+", values.strip(" \t,"))))
            )
            for path in texts
            for values, person, pose in _RATING.findall(read_text(path))
        }
