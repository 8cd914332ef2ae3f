"""A table of your own that says which item is in which part: the input of `ai4er audit`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ai4er.errors import Ai4erError
from ai4er.protocols.leaks._plain_file import rows_of

_COLUMNS = {
    "file": ("file", "path", "audio", "wav"),
    "id": ("id", "key", "name"),
    "split": ("split", "part", "partition", "fold"),
    "speaker": ("speaker", "speaker_id", "subject"),
    "text": ("text", "sentence", "transcript"),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One row: its name, its part (train, valid, test, or `fold 1`), its file, and what else the table says."""

    name: str
    part: str
    file: Path | None
    speaker: str = ""
    text: str = ""


def read_split(path: Path, data: Path | None = None) -> list[Entry]:
    """The rows of a table with commas, semicolons or tabs, and a header in any letter case.

    It has a column `file` or `id`, and one `split` (train, valid, test) or `fold`; `speaker` and `text` are
    optional, others are ignored. Files are relative to `data`, or to the folder of the table.
    Raises `Ai4erError` for a missing column, a row without a part, or a table of one part only.
    """
    names, *lines = rows_of(path, "a table") or [[]]
    header = [name.strip().lower() for name in names]
    rows = [dict(zip(header, (value.strip() for value in line))) for line in lines]
    column = {name: next((c for c in known if c in header), "") for name, known in _COLUMNS.items()}
    if not rows or not column["split"] or not (column["file"] or column["id"]):
        raise Ai4erError(
            f"{path}: a split file has a header with file or id, and split or fold; "
            + (f"it has {', '.join(header)}" if header else "it has no rows")
        )
    entries = []
    for number, row in enumerate(rows, start=2):
        value = {name: row[known] if known else "" for name, known in column.items()}
        part, name = value["split"], value["id"] or value["file"]
        if not part or not name:
            raise Ai4erError(f"{path}: line {number} has no {'name' if part else column['split']}")
        file = (data or path.parent) / value["file"] if value["file"] else None
        part = f"fold {part}" if column["split"] == "fold" else part
        entries.append(Entry(name, part, file, value["speaker"], " ".join(value["text"].casefold().split())))
    if len({entry.part for entry in entries}) < 2:
        raise Ai4erError(f"{path}: every row is in the part {entries[0].part!r}; at least two parts are needed")
    return entries
