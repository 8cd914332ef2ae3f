"""EmpatheticDialogues: a person tells of a situation of one of 32 emotions, another listens; English text.

About 25,000 conversations. From the owners (github.com/facebookresearch/EmpatheticDialogues), CC BY-NC 4.0.

Layout: `train.csv`, `valid.csv`, `test.csv`, plain or gzipped, with the header conv_id, utterance_idx, context (the
emotion), prompt (the situation), speaker_idx, utterance, selfeval, tags. The files are not quoted: a comma inside of
a text is written `_comma_`; some lines have a ninth field, which is not read. The layout is taken from knowledge of the
release, not from a copy.

Official split: train, valid, test. Every utterance carries the emotion of its conversation.
Quirks: `speaker_idx` is given as it is; whether one number is the same worker in two conversations is not documented,
so that nobody can promise that speakers are apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_text, whole_number
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import Ai4erError, unknown
from ai4er.records import Record, Records

_COLUMNS = ("conv_id", "utterance_idx", "context", "prompt", "speaker_idx", "utterance", "selfeval", "tags")
_SPLITS = ("train", "valid", "test")


class Reader(Corpus):
    """EmpatheticDialogues. Attributes: prompt (the situation), role (speaker or listener), selfeval, tags."""

    name: ClassVar[str] = "empathetic_dialogues"
    title: ClassVar[str] = "EmpatheticDialogues"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "CC BY-NC 4.0"
    citation: ClassVar[str] = (
        "H. Rashkin, E. M. Smith, M. Li, Y.-L. Boureau: Towards Empathetic Open-domain Conversation Models: a New "
        "Benchmark and Dataset, ACL 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("empathetic32",)
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        paths = {split: text_file(self.root, f"{split}.csv") for split in _SPLITS}
        return Records(self._record(split, path, row) for split, path in paths.items() for row in _rows(path))

    def _record(self, split: str, path: Path, row: dict[str, str]) -> Record:
        if row["context"] not in self.space.names:
            raise unknown(f"emotion of {path}", row["context"], self.space.names)
        turn = whole_number(path, row, "utterance_idx")
        attributes = {
            "prompt": _text(row["prompt"]), "role": "speaker" if turn % 2 else "listener",
            "selfeval": row["selfeval"], "tags": row["tags"],
        }  # fmt: skip
        return Record(
            id=f"{row['conv_id']}/{turn}",
            corpus=self.name,
            speaker=row["speaker_idx"],
            dialogue=row["conv_id"],
            turn=turn,
            split=split,
            language=self.language,
            text=_text(row["utterance"]),
            label=row["context"],
            attributes={key: value for key, value in attributes.items() if value},
        )


def _rows(path: Path) -> list[dict[str, str]]:
    header, *lines = read_text(path).splitlines() or [""]
    if tuple(header.split(",")[: len(_COLUMNS)]) != _COLUMNS:
        raise Ai4erError(f"{path}: the header must be {','.join(_COLUMNS)}")
    rows = []
    for number, line in enumerate(lines, start=2):
        fields = line.split(",")
        if len(fields) not in (len(_COLUMNS), len(_COLUMNS) + 1):
            raise Ai4erError(f"{path}: line {number} has {len(fields)} fields where {len(_COLUMNS)} are expected")
        rows.append(dict(zip(_COLUMNS, fields)))
    return rows


def _text(written: str) -> str:
    return written.replace("_comma_", ",").strip()
