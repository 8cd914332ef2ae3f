"""MER2023: clips of Chinese films and series, of the Multimodal Emotion Recognition challenge 2023, Mandarin.

5,030 labelled clips in six classes. From the organisers (merchallenge.cn) under their licence agreement.

Layout: `mer2023train/train/NAME.avi`, `test1/NAME.avi`, `test2/NAME.mp4` (with noise), `mer2023train/test3/NAME.avi`
or `.mp4`, from a table of all paths, with NAME = sample_00000135; the labels in `train-label.csv`, `test1-label.csv`,
`test2-label.csv` and `test3-label.csv` (name, discrete, and mostly valence), the words in
`transcription-engchi-polish.csv` (name, chinese), from users' accounts. Parts without a label file are left out.

Official split: train, test1 (MER-MULTI), test2 (MER-NOISE), test3 (MER-SEMI); with the protocol
`official:test=test1`. Who speaks is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ai4er.corpora._named_files import VIDEO_SUFFIXES
from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import decimal_number, read_rows
from ai4er.corpora.base import counts_by_split, find_text_file, summed
from ai4er.errors import Ai4erError
from ai4er.records import Record

_PUBLISHED = counts_by_split("""
              train  test1  test2  test3
    angry       822    105     98    183
    happy       689     93     87    169
    neutral     871     88    123    166
    sad         383     50     40    257
    surprise    146     18     12     14
    worried     462     57     52     45
""")


class Reader(TabledFiles):
    """MER2023; `dimensions` hold the valence, -5 to 5, where the label file has it."""

    name: ClassVar[str] = "mer2023"
    title: ClassVar[str] = "MER2023: Multimodal Emotion Recognition challenge 2023"
    language: ClassVar[str] = "zh"
    licence: ClassVar[str] = "on request from the organisers, who have an agreement signed; academic research"
    citation: ClassVar[str] = (
        "Z. Lian, H. Sun, L. Sun et al.: MER 2023: Multi-label Learning, Modality Robustness, and Semi-Supervised "
        "Learning, ACM Multimedia 2023"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mer2023_6", "mer2023_valence")
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False
    folders: ClassVar[tuple[str, ...]] = tuple(f"**/{part}" for part in _PUBLISHED)
    suffixes: ClassVar[tuple[str, ...]] = VIDEO_SUFFIXES

    def tabled(self) -> Iterator[tuple[str, Record]]:
        tables = {split: find_text_file(self.root, f"{split}-label.csv") for split in _PUBLISHED}
        if not any(tables.values()):
            raise Ai4erError(f"corpus mer2023: {self.root} has none of {', '.join(f'{s}-label.csv' for s in tables)}")
        said = self._said()
        for split, path in tables.items():
            for row in read_rows(path, ("name", "discrete")) if path else ():
                label = row["discrete"].strip().lower()
                if label not in self.space.names:
                    raise Ai4erError(
                        f"{path}: {row['name']} has the class {label!r}; known are {', '.join(self.space.names)}"
                    )
                name = row["name"].strip()
                valence = {"valence": decimal_number(path, row, "valence")} if path and row.get("valence") else {}
                yield (
                    name,
                    Record(
                        id=name,
                        corpus=self.name,
                        split=split,
                        language=self.language,
                        text=said.get(name),
                        label=label,
                        dimensions=valence,
                    ),
                )

    def _said(self) -> dict[str, str]:
        path = find_text_file(self.root, "transcription-engchi-polish.csv")
        return {row["name"]: row["chinese"] for row in read_rows(path, ("name", "chinese"))} if path else {}
