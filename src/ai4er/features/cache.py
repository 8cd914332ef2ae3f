"""Features of many records, computed once and kept on disk.

Features are found again by what they were computed from: the settings and the code of the front end, and
the content of the record (never its name or labels). Nothing has to be invalidated by hand, and the
folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._spectrum import processors
from ai4er.features._store import Store
from ai4er.features.base import FrontEnd
from ai4er.records import Record

_BATCH = 64
_PACK_BYTES = 256 << 20
_PACK_SECONDS = 30.0
"""Work that is lost at most when a computation is killed."""


def default_cache() -> Path:
    """The folder in the environment variable AI4ER_CACHE, or ~/.cache/ai4er/features."""
    given = os.environ.get("AI4ER_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "ai4er" / "features"


def extract_all(
    front_end: FrontEnd,
    records: Sequence[Record],
    cache: Path | Literal["default"] | None = "default",
    progress: bool = False,
) -> list[np.ndarray | None]:
    """The features of each record in order, read-only; None where it lacks what the front end reads.

    What `cache` holds is read from there and the rest is computed and added; None computes everything.
    Several processes may use one folder at the same time. A folder that cannot be written is a warning.
    Raises `Ai4erError` for a record that cannot be read; what was computed before is kept.
    """
    there = [i for i, record in enumerate(records) if front_end.has(record)]
    results: list[np.ndarray | None] = [None] * len(records)
    with ThreadPoolExecutor(max(4, processors())) as pool:
        if cache is None or not front_end.cached:
            computed = _computed(front_end, [records[i] for i in there], pool, progress)
            for i, features in zip(there, computed, strict=True):
                results[i] = features
            return results
        store = Store((default_cache() if cache == "default" else Path(cache)) / folder_name(front_end))
        keys = dict(zip(there, pool.map(lambda i: content_key(front_end, records[i]), there)))
        found = store.read(set(keys.values()))
        missing = {key: records[i] for i, key in keys.items() if key not in found}
        found |= _kept(store, list(missing), _computed(front_end, list(missing.values()), pool, progress))
    for i, key in keys.items():
        results[i] = found[key]
    return results


def content_key(front_end: FrontEnd, record: Record) -> str:
    """Forty hexadecimal digits of everything in a record that its features may depend on.

    That is the part named by `front_end.needs`, as an array, text or file, the arrays of `front_end.also`, the video
    that it may be cut out of, the times, the language and the attributes. A file counts by its name, size and the
    record's digest of it, without a digest by its path, size and time of change.
    """
    needs = front_end.needs
    parts: list[Any] = [record.start, record.end, record.language, sorted(record.attributes.items())]
    content = hashlib.sha1()
    for name in (needs, *front_end.also):
        if name in record.arrays:
            array = np.ascontiguousarray(record.arrays[name])
            parts += [name, array.shape, array.dtype.str]
            content.update(array.data)
    for part in dict.fromkeys((needs, "video") if needs in ("audio", "image") else (needs,)):
        value = getattr(record, part, None)
        is_file = value is not None and part in ("audio", "video", "image")
        parts += [part, _file_identity(str(value), record) if is_file else value]
    content.update(repr(parts).encode())
    return content.hexdigest()


def _file_identity(path: str, record: Record) -> tuple[Any, ...]:
    try:
        status = Path(path).stat()
    except OSError as error:
        raise Ai4erError(f"{record.id}: {path}: {error.strerror}") from None
    if record.digest:
        return Path(path).name, status.st_size, record.digest
    return str(Path(path).resolve()), status.st_size, status.st_mtime_ns


def folder_name(front_end: FrontEnd) -> str:
    """The front end's name, with a digest of its settings and its code."""
    modules = [kind.__module__ for kind in type(front_end).__mro__ if issubclass(kind, FrontEnd)]
    text = front_end.digest() + "".join(_code(module) for module in modules)
    return f"{modules[0].rsplit('.', 1)[-1]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@lru_cache
def _code(module: str) -> str:
    """A digest of a module's source and of the private helpers beside it."""
    source = getattr(sys.modules[module], "__file__", None)
    if not source or not Path(source).is_file():
        return ""
    files = [Path(source), *sorted(Path(source).parent.glob("_[!_]*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _computed(
    front_end: FrontEnd, records: Sequence[Record], pool: ThreadPoolExecutor, progress: bool
) -> Iterator[np.ndarray]:
    """Features of each record in order; the next batch is read while this one is computed."""
    batches = [records[begin : begin + _BATCH] for begin in range(0, len(records), _BATCH)]
    ahead = [pool.submit(front_end.load, record) for record in batches[0]] if batches else []
    with _bar(type(front_end).__name__, len(records), progress) as advance:
        for following in [*batches[1:], []]:
            raw = [future.result() for future in ahead]
            ahead = [pool.submit(front_end.load, record) for record in following]
            if raw:
                yield from front_end.extract(raw)
                advance(len(raw))


def _kept(store: Store, keys: Sequence[str], features: Iterator[np.ndarray]) -> dict[str, np.ndarray]:
    """Features by key, written pack by pack, so that little work is lost and little memory held."""
    kept: dict[str, np.ndarray] = {}
    held: dict[str, np.ndarray] = {}
    size, since = 0, time.monotonic()
    try:
        for key, array in zip(keys, features, strict=True):
            held[key] = array
            size += array.nbytes
            if size >= _PACK_BYTES or time.monotonic() - since > _PACK_SECONDS:
                kept |= store.write(held)
                held, size, since = {}, 0, time.monotonic()
    finally:
        kept |= store.write(held)
    return kept


@contextmanager
def _bar(what: str, total: int, shown: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on the error stream, or nothing; gives the function that advances it."""
    if not shown or not total:
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)
