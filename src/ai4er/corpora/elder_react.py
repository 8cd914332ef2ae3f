"""ElderReact: elderly people watch videos and react, filmed for YouTube; clips in six emotions and valence, English.

1,323 clips of 46 people (26 female, 20 male). The labels are open (github.com/Mayer123/ElderReact), the videos on
request from the owners (Carnegie Mellon University), academic research.

Layout: `ElderReact_Data/ElderReact_train/50_50_100.mp4` (also `_dev` and `_test`) and `train_labels.txt`,
`dev_labels.txt` and `test_labels.txt`: a clip, 0 or 1 for anger, disgust, fear, happiness, sadness and surprise, the
gender (f or m), and the valence from 1 to 7, with spaces between. Taken from the owners' readme and label files, the
folders of the videos from users' copies.

Labels: an emotion is on where most of three raters saw it at all (2 or more on their scale from 1 to 4); several can
be, and none. The valence is their mean.

Official split: train (615), valid (dev, 355), test (353). Who speaks is not told.
Quirks: clips of one film (50_50, the record's session) stand in all three parts, and so must its people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._named_files import VIDEO_SUFFIXES
from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_lines
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record

_SPLITS = {"train": "train", "dev": "valid", "test": "test"}
_GENDERS = {"f": "female", "m": "male"}
_EMOTIONS = label_space("elder_react6").names


class Reader(TabledFiles):
    """ElderReact; `labels` are the emotions that are on. Attributes: gender."""

    name: ClassVar[str] = "elder_react"
    title: ClassVar[str] = "ElderReact: emotional response in aging adults"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "videos on request from the owners, academic research"
    citation: ClassVar[str] = (
        "K. Ma, X. Wang, X. Yang, M. Zhang, J. M. Girard, L.-P. Morency: ElderReact: A Multimodal Dataset for "
        "Recognizing Emotional Response in Aging Adults, ICMI 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("elder_react6", "elder_react_valence")
    speakers_known: ClassVar[bool] = False
    quirks: ClassVar[tuple[str, ...]] = ("clips of the same films, and so of the same people, are in all three parts",)
    folders: ClassVar[tuple[str, ...]] = tuple(f"**/ElderReact_{part}" for part in _SPLITS)
    suffixes: ClassVar[tuple[str, ...]] = VIDEO_SUFFIXES

    def tabled(self) -> Iterator[tuple[str, Record]]:
        found = {part: find_text_file(self.root, f"{part}_labels.txt") for part in _SPLITS}
        tables = {part: path for part, path in found.items() if path}
        if not tables:
            raise Ai4erError(
                f"corpus elder_react: {self.root} has no train_labels.txt, dev_labels.txt or test_labels.txt"
            )
        for part, path in tables.items():
            for row in read_lines(path, fields=9, delimiter=" "):
                record = self._record(path, row, _SPLITS[part])
                yield record.id, record

    def _record(self, path: Path, row: list[str], split: str) -> Record:
        clip, *flags, gender, valence = row
        if not set(flags) <= {"0", "1"} or gender not in _GENDERS or not re.fullmatch(r"[1-7](\.\d+)?", valence):
            raise Ai4erError(f"{path}: {' '.join(row)!r} is not like '50_50_35.mp4 1 0 0 0 0 1 m 3.0'")
        name = Path(clip).stem
        return Record(
            id=name,
            corpus=self.name,
            session=name.rpartition("_")[0],
            split=split,
            language=self.language,
            labels=tuple(emotion for emotion, flag in zip(_EMOTIONS, flags) if flag == "1"),
            dimensions={"valence": float(valence)},
            attributes={"gender": _GENDERS[gender]},
        )
