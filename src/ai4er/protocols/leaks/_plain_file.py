"""The text files that the audit is given, with errors for the person who wrote them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from ai4er.errors import Ai4erError


def text_of(path: Path, what: str) -> str:
    """The text of a file in UTF-8; `what` it should be (`a table`) is said where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Ai4erError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise Ai4erError(f"{path}: not {what} in UTF-8") from None
    except OSError as error:
        raise Ai4erError(f"{path}: not {what} that can be read ({error.strerror})") from None


def json_of(path: Path) -> Any:
    """The value of a JSON file. Raises `Ai4erError` for any other file."""
    try:
        return json.loads(text_of(path, "a JSON file"))
    except ValueError:
        raise Ai4erError(f"{path}: not a JSON file") from None


def rows_of(path: Path, what: str) -> list[list[str]]:
    """The rows of a table with commas, semicolons or tabs, the header first; empty lines are left out.

    Raises `Ai4erError` for a row that has not as many fields as the header.
    """
    lines = text_of(path, what).splitlines(keepends=True)
    rows = csv.reader(lines, delimiter=max(",;\t", key=lines[0].count) if lines else ",")
    found: list[list[str]] = []
    for row in filter(None, rows):
        if found and len(row) != len(found[0]):
            raise Ai4erError(f"{path}: line {rows.line_num} has {len(row)} fields where {len(found[0])} are expected")
        found.append(row)
    return found
