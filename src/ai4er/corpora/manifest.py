"""Your own table: a file that lists recordings, images or texts with their labels.

`manifest:file=my.csv` reads CSV (with commas, semicolons or tabs), TSV, JSON lines (`.jsonl`, `.ndjson`), each also
gzipped (`.gz`), or Parquet. Columns named like the fields of a record become these, in any letter case:

    id                    unique name (or `key`); without it the file name, or the number of the row
    audio, video, image   file names (or `wav`; `file` is sorted by its suffix), relative to the table or `folder=DIR`
    text                  what is said or written
    label                 one class (or `emotion`, `emo`); `labels` and `votes` hold several, as in `joy|trust`
    speaker, dialogue, turn, session, split, language
    start, end            seconds, or times such as `0 days 00:00:01.5`
    valence, arousal, dominance, score

Every other column becomes an attribute. A column with another name is named by a setting:
`manifest:file=my.csv,text=utterance,label=class` (id, audio, video, image, text, label, speaker and dialogue can).
A file name with a comma or a plus stands in double quotes: `manifest:file="data/one,two.csv"` (in single quotes for the
shell).

So the lists of EmoBox (JSON lines with `key`, `wav`, `emo`; their `wav` is relative to EmoBox' own root: `folder=DIR`)
and the tables of audformat (`file`, `start`, `end`, then its columns) are read as they are.

Labels are read in lower case. The label space is made of the classes that occur, or is the existing one with exactly
these classes; `space=iemocap4` demands one. Dimensions and scores outside [-1, 1] are bounded by the values that
occur, or by `low=1,high=5`.

Official split: the column `split` (train; valid, dev or validation; test), where there is one.
Quirks: files are not digested unless `digest=true` asks for it, so that `check` finds no copies. Without a column
`speaker` every protocol says that nobody can tell speakers apart.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from ai4er.corpora._cells import columns_of
from ai4er.corpora._columns import ColumnCorpus, Part
from ai4er.errors import Ai4erError

_LINES = (".jsonl", ".ndjson")
_DELIMITED = (".csv", ".tsv", ".txt")


class Reader(ColumnCorpus):
    """A table of your own. Attributes: every column that is no field of a record."""

    name: ClassVar[str] = "manifest"
    title: ClassVar[str] = "Your own table of recordings, images or texts"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "that of your data"
    citation: ClassVar[str] = "none needed: a table of your own"
    spaces: ClassVar[tuple[str, ...]] = ()  # those of a table are made from its columns

    def __init__(
        self,
        file: Path,
        folder: Path | None = None,
        id: str | None = None,
        audio: str | None = None,
        video: str | None = None,
        image: str | None = None,
        text: str | None = None,
        label: str | None = None,
        speaker: str | None = None,
        dialogue: str | None = None,
        space: str | None = None,
        low: float | None = None,
        high: float | None = None,
        digest: bool = False,
    ) -> None:
        columns = {
            "id": id, "audio": audio, "video": video, "image": image, "text": text, "label": label,
            "speaker": speaker, "dialogue": dialogue,
        }  # fmt: skip
        super().__init__(columns, space, low, high, digest)
        self.root = Path(file)
        self.folder = Path(folder) if folder else self.root.parent
        if not self.root.is_file():
            raise Ai4erError(f"corpus manifest: no file {self.root}")
        if not self.folder.is_dir():
            raise Ai4erError(f"corpus manifest: no folder {self.folder}")

    def parts(self) -> list[Part]:
        return [Part(_table(self.root), str(self.root), self.folder)]


def _table(path: Path) -> pa.Table:
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    try:
        if suffix in _DELIMITED:
            return _delimited(path)
        if suffix in _LINES:
            return columns_of(_lines(path))
        if suffix == ".parquet":
            return pyarrow.parquet.read_table(path)
    except (OSError, EOFError, UnicodeDecodeError, pa.ArrowInvalid) as error:
        what = str(error).splitlines()[0]
        raise Ai4erError(f"{path}: not a whole {suffix[1:]} table in UTF-8 ({what})") from None
    raise Ai4erError(f"{path}: a table ends in .csv, .tsv, .txt, .jsonl, .ndjson (each also with .gz) or .parquet")


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield f"{path}: line {number}", line


def _delimited(path: Path) -> pa.Table:
    """Every field as text: what is a number is decided by the name of its column."""
    with pa.input_stream(str(path)) as stream:
        head = stream.read(1 << 16)
    if b"\0" in head:
        raise Ai4erError(f"{path}: not a table of text in UTF-8, but binary data or UTF-16")
    first = head.decode("utf-8-sig", "replace").partition("\n")[0].rstrip("\r")
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader(io.StringIO(first), delimiter=delimiter), [])
    if not header:
        raise Ai4erError(f"{path}: no header; its first line names the columns")
    names = [name.strip() for name in header]
    wrong: list[str] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        # The header is the first line for a person, and row 1 is the one behind it.
        wrong.append(f"row {row.number - 1} has {row.actual_columns} fields where {row.expected_columns} are expected")
        return "error"

    try:
        return pyarrow.csv.read_csv(
            str(path),
            pyarrow.csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        if wrong:
            raise Ai4erError(f"{path}: {wrong[0]}") from None
        raise
