"""The situations of EmpatheticDialogues without the dialogues: a sentence or two with one of 32 emotions, English.

23,104 situations: train 17,802, valid 2,761, test 2,541, one of each conversation, in lower case. The release is that
of EmpatheticDialogues (CC BY-NC 4.0); the tables are those of the repository dinobby/HypEmo (folder data/ED) without
its paraphrases.

Layout: `train.tsv`, `valid.tsv`, `test.tsv`, plain or gzipped, with the header text, label.

Official split: train, valid, test. Who wrote a situation is not part of it.
Quirks: equal situations have the same `digest`, so that protocols keep them on one side.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import Corpus, text_file
from ai4er.corpora.empathetic_dialogues import Reader as Dialogues
from ai4er.errors import unknown
from ai4er.records import Record, Records

_SPLITS = ("train", "valid", "test")


class Reader(Corpus):
    """Situations of EmpatheticDialogues."""

    name: ClassVar[str] = "empathetic_prompts"
    title: ClassVar[str] = "EmpatheticDialogues, situations only"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = Dialogues.licence
    citation: ClassVar[str] = Dialogues.citation
    spaces: ClassVar[tuple[str, ...]] = Dialogues.spaces
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        paths = {split: text_file(self.root, f"{split}.tsv") for split in _SPLITS}
        return Records(
            self._record(split, number, path, row)
            for split, path in paths.items()
            for number, row in enumerate(read_rows(path, ("text", "label"), delimiter="\t"), start=1)
        )

    def _record(self, split: str, number: int, path: Path, row: dict[str, str]) -> Record:
        if row["label"] not in self.space.names:
            raise unknown(f"emotion of {path}", row["label"], self.space.names)
        return Record(
            id=f"{split}/{number}",
            corpus=self.name,
            split=split,
            language=self.language,
            text=row["text"],
            digest=hashlib.sha1(row["text"].encode(), usedforsecurity=False).hexdigest(),
            label=row["label"],
        )
