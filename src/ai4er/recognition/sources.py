"""What a person may give: recordings, dialogue files, text files, or text itself."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ai4er.errors import Ai4erError

DIALOGUE_SUFFIXES = (".json", ".csv")
TEXT_SUFFIXES = (".txt", ".md")
MEDIA_SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".aiff", ".aif", ".amr", ".caf", ".w64",
    ".mp4", ".mkv", ".webm", ".mov", ".avi", ".mpg", ".mpeg", ".3gp", ".ts",
)  # fmt: skip
_SPEAKER = ("speaker", "role", "from", "user", "name")
_TEXT = ("text", "utterance", "content", "message", "value")
LONGEST_TEXT = 300
"""Characters above which a text is read sentence by sentence."""


@dataclass(frozen=True)
class Turn:
    """One utterance in text form."""

    text: str
    speaker: str = ""


@dataclass(frozen=True)
class Source:
    """A recording (`path`), or `turns` of a text or dialogue."""

    name: str
    kind: Literal["recording", "text", "dialogue"]
    path: Path | None = None
    turns: tuple[Turn, ...] = ()


def source(given: str | Path) -> Source:
    """What was given: an existing file by its suffix, else text.

    Raises `Ai4erError` for a path that does not exist, a folder, an empty text, or a file that cannot be read.
    """
    text = str(given)
    if not text.strip():
        raise Ai4erError("the text is empty: give a recording, a dialogue file or a sentence")
    path = Path(text)
    if not _exists(path):
        if isinstance(given, Path) or _looks_like_path(text):
            raise Ai4erError(f"no such file: {text}")
        return Source(text if len(text) <= 60 else text[:57] + "...", "text", turns=sentences(text))
    if path.is_dir():
        raise Ai4erError(f"{text} is a folder: say with --out where the results of its files go")
    suffix = path.suffix.lower()
    if suffix in DIALOGUE_SUFFIXES:
        return Source(path.name, "dialogue", turns=read_dialogue(path))
    if suffix in TEXT_SUFFIXES:
        turns = sentences(_decoded(path))
        if not turns:
            raise Ai4erError(f"{text} is empty")
        return Source(path.name, "text", turns=turns)
    return Source(path.name, "recording", path=path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a text too long for a file name
        return False


def _looks_like_path(text: str) -> bool:
    one_word = len(text.split()) == 1
    known = Path(text).suffix.lower() in (*MEDIA_SUFFIXES, *DIALOGUE_SUFFIXES, *TEXT_SUFFIXES)
    return known or (one_word and ("/" in text or "\\" in text))


def sentences(text: str) -> tuple[Turn, ...]:
    """A short text as one turn; a longer one as its lines and sentences."""
    import re

    if not text.strip():
        return ()
    if len(text) <= LONGEST_TEXT and "\n" not in text.strip():
        return (Turn(text.strip()),)
    parts = re.split(r"(?<=[.!?…。！？])\s+|\n+", text)
    return tuple(Turn(part.strip()) for part in parts if part.strip())


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Ai4erError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None


def read_dialogue(path: Path) -> tuple[Turn, ...]:
    """The turns of a CSV or JSON file.

    JSON: a list of objects (or texts), or an object that holds such a list. CSV: a header line. Text is in
    `text` (utterance, content, message), the speaker in `speaker` (role, from, user, name), if there is one.
    Raises `Ai4erError` that names the columns found.
    """
    text = _decoded(path)
    if not text.strip():
        raise Ai4erError(f"{path} is empty")
    rows = _json_rows(path, text) if path.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
    turns = [_turn(path, row) for row in rows]
    kept = tuple(turn for turn in turns if turn.text)
    if not kept:
        raise Ai4erError(f"{path} holds no turn with text")
    return kept


def _json_rows(path: Path, text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise Ai4erError(f"{path} is not JSON (line {error.lineno}: {error.msg})") from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        if not lists:
            raise Ai4erError(f'{path} holds no list of turns: give [{{"speaker": ..., "text": ...}}, ...]')
        found = lists[0]
    if not isinstance(found, list):
        raise Ai4erError(f'{path} holds no list of turns: give [{{"speaker": ..., "text": ...}}, ...]')
    return found


def _turn(path: Path, row: Any) -> Turn:
    if isinstance(row, str):
        return Turn(row.strip())
    if not isinstance(row, dict):
        raise Ai4erError(f"{path}: a turn must be a text or an object with speaker and text, not {row!r:.60}")
    columns = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    where = next((name for name in _TEXT if name in columns), None)
    if where is None:
        raise Ai4erError(f"{path}: no column of text among {', '.join(columns) or 'none'}: name it 'text'")
    who = next((name for name in _SPEAKER if name in columns), None)
    return Turn(str(columns[where] or "").strip(), str(columns[who] or "").strip() if who else "")
