"""The columns of a table that name recordings and images, or hold whole files as Hugging Face datasets do."""

from __future__ import annotations

import functools
import io
import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ai4er.corpora._cells import joined, texts
from ai4er.corpora._image_files import IMAGE_SUFFIXES
from ai4er.corpora._named_files import VIDEO_SUFFIXES
from ai4er.corpora._signals import lazy
from ai4er.corpora.base import digests
from ai4er.errors import Ai4erError

MEDIA = ("audio", "video", "image")


def media_columns(table: pa.Table, chosen: Mapping[str, str], folder: Path, place: str) -> dict[str, Iterable[Any]]:
    """The columns of audio, video and image, and of arrays and attributes where a table holds whole files.

    `chosen` names the column of each field; file names are relative to `folder`, and `place` names the table in errors.
    Raises `Ai4erError` for a file that is not there or cannot be decoded.
    """
    columns: dict[str, Iterable[Any]] = {}
    for field in MEDIA:
        if field not in chosen:
            continue
        column = table[chosen[field]]
        if is_media(column):
            held = column.to_pylist()
            loaded = [_held(field, value, f"{place}: row {n}") for n, value in enumerate(held, start=1)]
            columns["arrays"] = map(joined, columns.get("arrays", itertools.repeat({})), (a for a, _ in loaded))
            columns["attributes"] = map(joined, columns.get("attributes", itertools.repeat({})), (b for _, b in loaded))
            paths = [None if value is None or value["bytes"] else value["path"] for value in held]
        else:
            paths = texts(column)
        columns[field] = _existing(paths, folder, place)
    heard = columns.get("audio")
    if isinstance(heard, list) and chosen["audio"].lower() == "file":
        for field, suffixes in (("video", VIDEO_SUFFIXES), ("image", IMAGE_SUFFIXES)):
            if field not in chosen and any(path and path.lower().endswith(suffixes) for path in heard):
                columns[field] = [path if path and path.lower().endswith(suffixes) else None for path in heard]
                columns["audio"] = heard = [None if p and p.lower().endswith(suffixes) else p for p in heard]
    return columns


def digest_column(columns: Mapping[str, Iterable[Any]]) -> list[str]:
    """The digest of the first file of every row of the columns that `media_columns` made, "" where there is none."""
    files = [values for field in MEDIA if isinstance(values := columns.get(field), list)]
    first = [next(filter(None, row), None) for row in zip(*files)]
    digested = iter(digests([Path(path) for path in first if path]))
    return [next(digested) if path else "" for path in first]


def is_media(column: pa.ChunkedArray) -> bool:
    """Whether a column holds whole files, `{bytes, path}`, as Hugging Face datasets do."""
    return pa.types.is_struct(column.type) and {"bytes", "path"} <= {field.name for field in column.type}


def _existing(paths: Sequence[str | None], folder: Path, place: str) -> list[str | None]:
    """The paths below the folder. Raises `Ai4erError` naming the first row without its file."""
    base = f"{folder}/"
    whole = [path if path is None or path.startswith("/") else base + path for path in paths]
    listed: dict[str, set[str]] = {}
    missing = []
    for row, path in enumerate(whole, start=1):
        if path is None:
            continue
        beside, _, name = path.rpartition("/")
        if beside not in listed:
            listed[beside] = _names(beside)
        if name not in listed[beside]:
            missing.append((row, path))
    if missing:
        row, path = missing[0]
        more = f" ({len(missing)} rows have no file)" if len(missing) > 1 else ""
        raise Ai4erError(f"{place}: row {row}: no file {path}{more}")
    return whole


def _names(folder: str) -> set[str]:
    """The files of a folder: listing it once is faster than asking for each of a million files."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if not entry.is_dir()}
    except OSError:
        return set()


def _held(field: str, value: dict[str, Any] | None, where: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Arrays (decoded when they are asked for) and attributes of a file that stands in the table."""
    if value is None or not value["bytes"]:
        return {}, {}
    if field == "image":
        return lazy(image=functools.partial(_image, value["bytes"], where)), {}
    if field == "video":
        raise Ai4erError(f"{where}: a video that stands in the table is not read; name its file")
    import soundfile

    try:
        rate = soundfile.info(io.BytesIO(value["bytes"])).samplerate
    except (soundfile.LibsndfileError, RuntimeError):
        raise Ai4erError(f"{where}: the audio in the table cannot be decoded") from None
    return lazy(audio=functools.partial(_audio, value["bytes"], where)), {"sample_rate": str(rate)}


def _audio(content: bytes, where: str) -> np.ndarray:
    import soundfile

    try:
        samples, _ = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError):
        raise Ai4erError(f"{where}: the audio in the table cannot be decoded") from None
    return np.asarray(samples.mean(axis=1), np.float32)


def _image(content: bytes, where: str) -> np.ndarray:
    import cv2

    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise Ai4erError(f"{where}: the image in the table cannot be decoded")
    return np.asarray(pixels[..., ::-1], np.float32)
