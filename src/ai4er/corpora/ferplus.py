"""FER+: the images of FER2013, each seen by ten taggers, who could say eight emotions, unknown or no face.

35,887 rows. The votes are Microsoft's (github.com/microsoft/FERPlus, MIT licence); the images are those of
FER2013 (see there) and are not part of it.

Layout, as the owners' repository documents it: `fer2013new.csv` with the columns Usage, Image name, the eight
emotions, unknown and NF (no face), and beside it `fer2013.csv` (or `icml_face_data.csv`), whose rows are the
same images in the same order. Both plain or gzipped, at any depth.

Classes, as in the owners' training code (told from memory): votes that one tagger alone gave are outliers and
do not count; the label is the emotion that more than half of the other votes name. Images without such a
majority, or that most see as unknown or as no face, have no label. `votes` are all votes for an emotion, for
the space `ferplus8_votes`.

Official split: that of FER2013 (Training = train, PublicTest = valid, PrivateTest = test). Who is shown is not known.
Quirks: rows without image name show no face by all ten votes; they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows, whole_number
from ai4er.corpora.base import Corpus, find_text_file, text_file
from ai4er.corpora.fer2013 import SPLITS
from ai4er.corpora.fer2013 import Reader as Images
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record, Records

EMOTIONS = label_space("ferplus8").names
_OTHERS = ("unknown", "NF")


class Reader(Corpus):
    """FER+; every record has arrays["image"] (48, 48), 0 to 255. Attributes: fer2013 (its label), unknown, no_face."""

    name: ClassVar[str] = "ferplus"
    title: ClassVar[str] = "FER+"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "labels MIT; images of FER2013: no licence text, given out for research"
    citation: ClassVar[str] = (
        "E. Barsoum, C. Zhang, C. Canton Ferrer, Z. Zhang: Training Deep Networks for Facial Expression Recognition "
        "with Crowd-Sourced Label Distribution, ICMI 2016"
    )
    spaces: ClassVar[tuple[str, ...]] = ("ferplus8", "ferplus8_votes")
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        table = text_file(self.root, "fer2013new.csv")
        pixels = find_text_file(self.root, "fer2013.csv") or find_text_file(self.root, "icml_face_data.csv")
        if pixels is None:
            raise Ai4erError(
                f"corpus ferplus: {self.root} has no fer2013.csv beside fer2013new.csv: it holds the images"
            )
        rows = read_rows(table, ("Usage", "Image name", *EMOTIONS, *_OTHERS))
        images = Images(self.root).read()
        if len(rows) != len(images):
            raise Ai4erError(
                f"{table}: {len(rows)} rows for the {len(images)} images of {pixels}; they must be the same"
            )
        return Records(self._records(table, rows, images))

    def _records(self, table: Path, rows: list[dict[str, str]], images: Records) -> Iterator[Record]:
        for number, (row, image) in enumerate(zip(rows, images), start=1):
            if SPLITS.get(row["Usage"].strip()) != image.split:
                raise Ai4erError(f"{table}: row {number} is of {row['Usage']}, the image of the part {image.split}")
            if not row["Image name"].strip():
                continue
            counts = {name: whole_number(table, row, name) for name in (*EMOTIONS, *_OTHERS)}
            yield image.replace(
                corpus=self.name,
                label=majority(counts),
                votes=tuple(name for name in EMOTIONS for _ in range(counts[name])),
                attributes={
                    "fer2013": str(image.label),
                    "unknown": str(counts["unknown"]),
                    "no_face": str(counts["NF"]),
                },
            )


def majority(counts: dict[str, int]) -> str | None:
    """The emotion that more than half of the votes name, without those of a single tagger.

    >>> majority({"anger": 6, "fear": 3, "unknown": 1})
    'anger'
    >>> majority({"anger": 5, "fear": 5}), majority({"anger": 2, "NF": 8})
    (None, None)
    """
    kept = {name: count for name, count in counts.items() if count > 1}
    best = max(kept, key=lambda name: kept[name], default="")
    return best if best in EMOTIONS and 2 * kept[best] > sum(kept.values()) else None
