"""EmotionROI: the photographs of Emotion6 with the regions that evoke the emotion, drawn by 15 people.

1,980 photographs, 330 for each of six classes (the search words). Open from the owners (Cornell University,
Kuan-Chuan Peng), for research.

Layout, as of the release (told from memory): `images/anger/1.jpg`, the stimuli maps `ground_truth/anger/1.jpg`, and
`training_testing_split/training.txt` and `testing.txt` with lines such as `anger/1.jpg`. The maps are named in an
attribute and not read.

Official split: train (1,386) and test (594).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._image_files import ListedImageFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import text_file
from ai4er.errors import unknown
from ai4er.labels import label_space
from ai4er.records import Record

_LISTS = {"train": "training.txt", "test": "testing.txt"}


class Reader(ListedImageFiles):
    """EmotionROI. Attributes: stimuli_map (a file path, where the map is there)."""

    name: ClassVar[str] = "emotionroi"
    title: ClassVar[str] = "EmotionROI"
    licence: ClassVar[str] = "open from the owners for research; photographs from Flickr under their own terms"
    citation: ClassVar[str] = (
        "K.-C. Peng, A. Sadovnik, A. Gallagher, T. Chen: Where Do Emotions Come From? Predicting the Emotion Stimuli "
        "Map, ICIP 2016"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emotionroi6",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(label_space("emotionroi6").names, 330)

    def listed(self) -> Iterator[tuple[Path, Record]]:
        for split, name in _LISTS.items():
            table = text_file(self.root, name)
            base = table.parent.parent
            for line in filter(None, (line.strip() for line in read_text(table).splitlines())):
                label, _, file = line.partition("/")
                if label not in self.space.names or not file:
                    raise unknown(f"class in {table}, line {line!r},", label, self.space.names)
                shown = base / "ground_truth" / line
                yield (
                    base / "images" / line,
                    Record(
                        id=line.rpartition(".")[0],
                        corpus=self.name,
                        split=split,
                        label=label,
                        attributes={"stimuli_map": str(shown)} if shown.is_file() else {},
                    ),
                )
