"""RAF-DB, the Real-world Affective Faces Database: faces from the web in basic or compound expressions.

15,339 images with one of 7 basic expressions and 3,954 with one of 11 compound ones; about 40 taggers saw each.
On request from the owners (Beijing University of Posts and Telecommunications, whdeng.cn/RAF) for
non-commercial research.

Layout, as of the release: `basic/EmoLabel/list_patition_label.txt` (the owners' spelling; lines such as
`train_00001.jpg 5`), the images `basic/Image/aligned/train_00001_aligned.jpg` (100 x 100) and
`basic/Image/original/train_00001.jpg`, and `basic/Annotation/manual/train_00001_manu_attri.txt` (five points of
the face, then gender, race and age as numbers); the same below `compound`. A folder `basic` or `compound` itself
will do.

Official split: train and test by file name. Who is shown is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._image_files import ListedImageFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import counts_by_split, find_text_file, summed
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record

_SPACES = {"basic": "rafdb7", "compound": "rafdb11"}
_LINE = re.compile(r"(?P<name>(?P<split>train|test)_\d+)\.jpg\s+(?P<label>\d+)")
_ATTRIBUTES = {
    "gender": ("male", "female", "unsure"),
    "race": ("Caucasian", "African-American", "Asian"),
    "age": ("0-3", "4-19", "20-39", "40-69", "70+"),
}
_POINTS = 5
_PUBLISHED = counts_by_split("""
                train  test
    surprise     1290   329
    fear          281    74
    disgust       717   160
    happiness    4772  1185
    sadness      1982   478
    anger         705   162
    neutral      2524   680
""")


class Reader(ListedImageFiles):
    """RAF-DB, the `part` basic or compound with the `images` aligned or original. Attributes: gender, race, age."""

    name: ClassVar[str] = "raf_db"
    title: ClassVar[str] = "RAF-DB: Real-world Affective Faces Database"
    licence: ClassVar[str] = "on request from the owners, non-commercial research"
    citation: ClassVar[str] = (
        "S. Li, W. Deng, J. Du: Reliable Crowdsourcing and Deep Locality-Preserving Learning for Expression "
        "Recognition in the Wild, CVPR 2017"
    )
    spaces: ClassVar[tuple[str, ...]] = ("rafdb7", "rafdb11")
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED

    def __init__(
        self,
        root: Path,
        part: Literal["basic", "compound"] = "basic",
        images: Literal["aligned", "original"] = "aligned",
    ) -> None:
        super().__init__(root)
        self.part = part
        self.images = images

    @property
    def space(self) -> LabelSpace:
        return label_space(_SPACES[self.part])

    def expected(self) -> dict[str, dict[str, int]]:
        return _PUBLISHED if self.part == "basic" else {}

    def listed(self) -> Iterator[tuple[Path, Record]]:
        base = self.root / self.part if (self.root / self.part).is_dir() else self.root
        table = find_text_file(base, "list_patition_label.txt")
        if table is None or (base == self.root and base.name in _SPACES and base.name != self.part):
            raise Ai4erError(f"corpus raf_db: {self.root} has no {self.part}/EmoLabel/list_patition_label.txt")
        base = table.parent.parent if table.parent.name == "EmoLabel" else base
        names = self.space.names
        for number, line in enumerate(filter(str.strip, read_text(table).splitlines()), start=1):
            row = _LINE.fullmatch(line.strip())
            if not row or not 1 <= int(row["label"]) <= len(names):
                raise Ai4erError(
                    f"{table}: line {number} is {line.strip()!r}; a line such as 'train_00001.jpg 5' with a class from "
                    f"1 to {len(names)} is expected for part={self.part}"
                )
            ending = "_aligned" if self.images == "aligned" else ""
            yield (
                base / f"Image/{self.images}/{row['name']}{ending}.jpg",
                Record(
                    id=row["name"],
                    corpus=self.name,
                    split=row["split"],
                    label=names[int(row["label"]) - 1],
                    attributes=_attributes(base / f"Annotation/manual/{row['name']}_manu_attri.txt"),
                ),
            )


def _attributes(path: Path) -> dict[str, str]:
    """What the three numbers behind the points of the face say; empty without the file."""
    if not path.is_file():
        return {}
    codes = read_text(path).split()[2 * _POINTS :]
    try:
        return {name: words[int(code)] for (name, words), code in zip(_ATTRIBUTES.items(), codes)}
    except (ValueError, IndexError):
        raise Ai4erError(f"{path}: gender, race and age are {' '.join(codes)}, which are no codes of RAF-DB") from None
