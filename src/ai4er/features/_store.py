"""Arrays by key in a folder of packs: files in the safetensors layout, written once and then only read.

A whole corpus is read by mapping a few files into memory, so that it may be larger than the memory.
Every pack is written under another name first and appears whole or not at all, so that no lock is needed:
two processes that compute the same arrays leave two packs with the same values.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import time
import uuid
from collections.abc import Mapping, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

_SUFFIX = ".safetensors"
_DTYPES = {
    "F16": np.float16, "F32": np.float32, "F64": np.float64, "BOOL": np.bool_,
    "U8": np.uint8, "I8": np.int8, "I16": np.int16, "I32": np.int32, "I64": np.int64,
}  # fmt: skip
_NAMES = {np.dtype(dtype): name for name, dtype in _DTYPES.items()}
_SMALL = 4 << 20
"""Bytes of a pack below which it is read whole instead of mapped, and may be merged with others."""
_MANY = 32
_DAY = 86400

logger = logging.getLogger(__name__)


class Store:
    """The packs of one folder, which need not exist; what cannot be read counts as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writable = True

    def read(self, keys: Set[str]) -> dict[str, np.ndarray]:
        """The arrays of those keys that are there, read-only and mapped from the disk."""
        found: dict[str, np.ndarray] = {}
        for _ in range(3):  # a pack that is gone was merged into one that is not in this listing
            gone = False
            for path in self._packs():
                if len(found) == len(keys):
                    return found
                try:
                    found.update(_read_pack(path, keys))
                except FileNotFoundError:
                    gone = True
                except (OSError, ValueError) as error:
                    logger.warning("%s is damaged and ignored (%s): delete it", path, error)
            if not gone:
                break
        return found

    def write(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Add arrays as one pack and return them mapped from it.

        A full disk or a folder that cannot be written is a warning, told once; the arrays are then
        returned as they are.
        """
        if not self.writable or not arrays:
            return dict(arrays)
        try:
            mapped = _read_pack(self._write_pack(arrays), arrays.keys())
            self._merge()
        except OSError as error:
            self.writable = False
            logger.warning(
                "features are not kept for the next run: %s cannot be written (%s): free space there, or set "
                "AI4ER_CACHE to another folder", self.folder, error.strerror or error,
            )  # fmt: skip
            return dict(arrays)
        return mapped

    def _packs(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.suffix == _SUFFIX)
        except OSError:
            return []

    def _write_pack(self, arrays: Mapping[str, np.ndarray]) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / (uuid.uuid4().hex + _SUFFIX)
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(_header(arrays))
                for array in arrays.values():
                    file.write(np.ascontiguousarray(array).data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path

    def _merge(self) -> None:
        """Put many small packs into one, and remove what killed processes left half-written."""
        try:
            small = [path for path in self._packs() if path.stat().st_size < _SMALL]
            if len(small) < _MANY:
                return
            together: dict[str, np.ndarray] = {}
            for path in small:
                with suppress(ValueError):
                    together.update(_read_pack(path, None))
            abandoned = [path for path in self.folder.glob("*.part") if path.stat().st_mtime < time.time() - _DAY]
        except FileNotFoundError:  # another process is doing it
            return
        self._write_pack(together)
        for path in small + abandoned:
            path.unlink(missing_ok=True)


def _header(arrays: Mapping[str, np.ndarray]) -> bytes:
    entries, end = {}, 0
    for key, array in arrays.items():
        begin, end = end, end + array.nbytes
        entries[key] = {"dtype": _NAMES[array.dtype], "shape": array.shape, "data_offsets": [begin, end]}
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _read_pack(path: Path, keys: Set[str] | None) -> dict[str, np.ndarray]:
    """The arrays of the keys, all for None. Raises `ValueError` for a damaged file."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < 8:
            raise ValueError("no header")
        data = file.read() if size < _SMALL else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    begin = 8 + int.from_bytes(data[:8], "little")
    try:
        entries = json.loads(data[8:begin])
        if begin + max((entry["data_offsets"][1] for entry in entries.values()), default=0) != size:
            raise ValueError("its length is wrong")
        wanted = entries.keys() if keys is None else entries.keys() & keys
        return {key: _array(data, begin, entries[key]) for key in wanted}
    except (AttributeError, KeyError, TypeError):
        raise ValueError("its header is wrong") from None


def _array(data: bytes | mmap.mmap, begin: int, entry: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(_DTYPES[entry["dtype"]])
    count = (entry["data_offsets"][1] - entry["data_offsets"][0]) // dtype.itemsize
    offset = begin + entry["data_offsets"][0]
    return np.frombuffer(data, dtype, count, offset if count else 0).reshape(entry["shape"])
