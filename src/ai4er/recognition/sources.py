"""What a person may give: recordings, images, signals of the body, dialogue files, text files, or text itself."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ai4er.errors import Ai4erError
from ai4er.recognition.body import MUSE_COLUMNS, body_kind
from ai4er.recognition.body import SUFFIXES as BODY_SUFFIXES

DIALOGUE_SUFFIXES = (".json", ".csv")
TEXT_SUFFIXES = (".txt", ".md")
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
MEDIA_SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".aiff", ".aif", ".amr", ".caf", ".w64",
    ".mp4", ".mkv", ".webm", ".mov", ".avi", ".mpg", ".mpeg", ".3gp", ".ts",
)  # fmt: skip
_SPEAKER = ("speaker", "role", "from", "user", "name")
_TEXT = ("text", "utterance", "content", "message", "value")
_RECORDING = ("recording", "audio", "file")
LONGEST_TEXT = 300
"""Characters above which a text is read sentence by sentence."""


@dataclass(frozen=True)
class Turn:
    """One utterance in text form, and where it is heard: a file, of which `start` to `end` in seconds, or all of it."""

    text: str
    speaker: str = ""
    recording: Path | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Source:
    """A recording, an image or signals of the body (`path`), or `turns` of a text or dialogue.

    Of a spoken dialogue there is a recording of a turn at least.
    """

    name: str
    kind: Literal["recording", "image", "eeg", "wrist", "text", "dialogue", "spoken dialogue"]
    path: Path | None = None
    turns: tuple[Turn, ...] = ()


def source(given: str | Path) -> Source:
    """What was given: an existing file by its suffix, else text.

    Raises `Ai4erError` for a path that does not exist, a folder, an empty text, or a file that cannot be read.
    """
    text = str(given)
    if not text.strip():
        raise Ai4erError("the text is empty: give a recording, an image, a dialogue file or a sentence")
    path = Path(text)
    if not _exists(path):
        if isinstance(given, Path) or _looks_like_path(text):
            raise Ai4erError(f"no such file: {text}")
        return Source(text if len(text) <= 60 else text[:57] + "...", "text", turns=sentences(text))
    body = body_kind(path)
    if body is not None:
        return Source(path.name, body, path=path)
    if path.is_dir():
        raise Ai4erError(f"{text} is a folder: say with --out where the results of its files go")
    suffix = path.suffix.lower()
    if suffix in DIALOGUE_SUFFIXES:
        turns = read_dialogue(path)
        return Source(
            path.name, "spoken dialogue" if any(turn.recording for turn in turns) else "dialogue", turns=turns
        )
    if suffix in TEXT_SUFFIXES:
        turns = sentences(_decoded(path))
        if not turns:
            raise Ai4erError(f"{text} is empty")
        return Source(path.name, "text", turns=turns)
    return Source(path.name, "image" if suffix in IMAGE_SUFFIXES else "recording", path=path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a text too long for a file name
        return False


def _looks_like_path(text: str) -> bool:
    one_word = len(text.split()) == 1
    endings = (*MEDIA_SUFFIXES, *IMAGE_SUFFIXES, *DIALOGUE_SUFFIXES, *TEXT_SUFFIXES, *BODY_SUFFIXES)
    known = Path(text).suffix.lower() in endings
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
    `text` (utterance, content, message), the speaker in `speaker` (role, from, user, name), if there is one, and the
    recording in `recording` (audio, file), beside the dialogue file or with a path of its own, with `start` and `end`;
    what does not end like a recording is none.
    Raises `Ai4erError` that names the columns found.
    """
    text = _decoded(path)
    if not text.strip():
        raise Ai4erError(f"{path} is empty")
    rows = _json_rows(path, text) if path.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
    turns = [_turn(path, row) for row in rows]
    kept = tuple(turn for turn in turns if turn.text or turn.recording)
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
        raise Ai4erError(
            f"{path}: no column of text among {', '.join(columns) or 'none'}: name it 'text' (EEG of a Muse has the "
            f"columns {', '.join(MUSE_COLUMNS)})"
        )
    who = next((name for name in _SPEAKER if name in columns), None)
    named = (str(columns.get(name) or "").strip() for name in _RECORDING)
    heard = next((value for value in named if Path(value).suffix.lower() in MEDIA_SUFFIXES), "")
    times = [_seconds(path, name, columns.get(name)) if heard else None for name in ("start", "end")]
    return Turn(
        str(columns[where] or "").strip(), str(columns[who] or "").strip() if who else "",
        path.parent / heard if heard else None, *times,
    )  # fmt: skip


def _seconds(path: Path, name: str, value: Any) -> float | None:
    """A time of a turn; None where the field is empty."""
    if value is None or not str(value).strip():
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise Ai4erError(f"{path}: {name} is {value!r} where seconds of the recording are expected")
    return seconds
