"""Lines for a person about what is odd in a copy of a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ai4er.labels import LabelSpace
from ai4er.records import Record

_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".rar", ".7z")


def some(items: Sequence[object], shown: int = 5) -> str:
    """The first few of many, for an error message.

    >>> some(["a", "b", "c"], shown=2)
    'a, b and 1 more'
    """
    more = len(items) - shown
    return ", ".join(str(item) for item in items[:shown]) + (f" and {more} more" if more > 0 else "")


def same(pairs: Sequence[str]) -> list[str]:
    """A line for all copies of records, each written as `one = other`."""
    return [f"copies of another record ({len(pairs)}): {some(pairs)}"] if pairs else []


def unknown_labels(records: Iterable[Record], space: LabelSpace) -> list[str]:
    """A line for each label of records that a space of classes does not have."""
    if not space.is_classes:
        return []
    known, found = frozenset(space.names), dict[str, list[str]]()
    for record in records:
        given = (record.labels or ()) if space.kind == "multi" else (record.label,) if record.label else ()
        for label in set(given) - known:
            found.setdefault(label, []).append(record.id)
    return [f"label {label!r} is none of {space.name} ({len(ids)}): {some(ids)}" for label, ids in found.items()]


def sample_rates(records: Iterable[Record]) -> list[str]:
    """A line where recordings differ in their sample rate, naming the rarest."""
    from ai4er.features.media import native_rate

    paths = sorted({record.audio for record in records if record.audio})
    by_rate: dict[int, list[str]] = {}
    with ThreadPoolExecutor(4) as pool:
        for path, rate in zip(paths, pool.map(native_rate, paths)):
            if rate is not None:
                by_rate.setdefault(rate, []).append(path)
    if len(by_rate) < 2:
        return []
    counts = ", ".join(f"{len(found)} at {rate} Hz" for rate, found in sorted(by_rate.items()))
    rarest = min(by_rate.values(), key=len)
    return [f"sample rates differ ({counts}), such as {rarest[0]}: every system resamples to the rate that it needs"]


def archives(root: Path) -> str:
    """What may explain that nothing was found in a folder, for the end of an error: it holds archives, or links."""
    inside = sorted(root.iterdir())
    packed = [path.name for path in inside if path.name.lower().endswith(_ARCHIVES)]
    if packed:
        return f"; it holds {some(packed, shown=2)}: unpack it there"
    linked = [path.name for path in inside if path.is_symlink() and path.is_dir()]
    return f"; links to folders are not followed ({some(linked, shown=2)}): give the folder itself" if linked else ""
