"""Reading the text files of corpora: plain or gzipped, with clear errors for damaged ones."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ai4er.errors import Ai4erError

_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_TWICE = {mark.encode().decode("cp1252", "ignore"): mark for mark in "‘’“…–—é”"}


def read_text(path: Path) -> str:
    """The text of a file that is plain or gzipped, UTF-8 or (where it is not) Windows-1252.

    Raises `Ai4erError` for a gzip file that breaks off.
    """
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (EOFError, OSError, zlib.error):
            raise Ai4erError(f"{path}: the gzip file is damaged or breaks off; fetch it again") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def read_json(path: Path) -> Any:
    """The value of a JSON file, plain or gzipped. Raises `Ai4erError` naming the place that is wrong."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise Ai4erError(f"{path}: not whole JSON (line {error.lineno}: {error.msg}); fetch it again") from None


def read_rows(path: Path, columns: Sequence[str], delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a table with a header, which must have these columns.

    Raises `Ai4erError` for a missing column, or a row that is shorter than the header.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), delimiter=delimiter, quoting=_quoting(delimiter))
    header = [name.strip() for name in next(reader, [])]
    if not header:
        raise Ai4erError(f"{path}: the file is empty; its header must have {', '.join(columns)}")
    missing = [name for name in columns if name not in header]
    if missing:
        raise Ai4erError(f"{path}: no column {', '.join(missing)}; the header must have {', '.join(columns)}")
    rows = []
    for row in filter(None, reader):
        if len(row) != len(header):
            raise Ai4erError(
                f"{path}: line {reader.line_num} has {len(row)} fields where {len(header)} are expected; "
                "fetch the file again"
            )
        rows.append(dict(zip(header, row)))
    return rows


def read_lines(path: Path, fields: int, delimiter: str = "\t") -> list[list[str]]:
    """The rows of a table without header. Raises `Ai4erError` for a line with another number of fields."""
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        row = line.removesuffix("\r").split(delimiter)
        if row == [""]:
            continue
        if len(row) != fields:
            raise Ai4erError(f"{path}: line {number} has {len(row)} fields where {fields} are expected")
        rows.append(row)
    return rows


def whole_number(path: Path, row: Mapping[str, str], column: str) -> int:
    """A field as an integer. Raises `Ai4erError` that shows what stands there instead."""
    try:
        return int(row[column])
    except ValueError:
        raise Ai4erError(f"{path}: {column} is {row[column]!r} where a whole number is expected") from None


def decimal_number(path: Path, row: Mapping[str, str], column: str) -> float:
    """A field as a number. Raises `Ai4erError` that shows what stands there instead."""
    try:
        return float(row[column])
    except ValueError:
        raise Ai4erError(f"{path}: {column} is {row[column]!r} where a number is expected") from None


def _quoting(delimiter: str) -> Any:
    return csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL


def repaired(text: str) -> str:
    """Text in which Windows-1252 punctuation that was decoded wrongly is what it was meant to be.

    Both errors that occur are undone: the C1 control characters, and UTF-8 read as Windows-1252.

    >>> repaired("It\\x92s you\\u00e2\\u20ac\\u2122re")
    'It’s you’re'
    """
    for wrong, right in _TWICE.items():
        text = text.replace(wrong, right)
    return text.translate(_C1)
