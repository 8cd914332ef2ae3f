"""The lists of EmoBox: which recording of a corpus is tested in which fold, and what it is called."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.corpora import corpus_names
from ai4er.errors import Ai4erError
from ai4er.records import Record
from ai4er.registry import find

_FOLDERS = ("emobox_layouts", "EmoBox")
_ROLES = {"train": "", "valid": "v", "test": ""}


@dataclass(frozen=True)
class Listed:
    """A recording of the lists: its official path, and its role by fold where it is not training."""

    key: str
    path: str
    held_out: dict[int, str]


def lists_folder(folder: str) -> Path:
    """The folder with the lists: the given one, or `emobox_layouts` or `EmoBox` in AI4ER_DATA.

    Raises `Ai4erError` where there is none.
    """
    data = os.environ.get("AI4ER_DATA")
    places = [Path(folder)] if folder else [Path(data) / name for name in _FOLDERS] if data else []
    for place in places:
        if place.is_dir():
            return place
    raise Ai4erError(
        f"emobox: no folder {folder or ' or '.join(_FOLDERS) + ' in AI4ER_DATA'}: get the lists from "
        "github.com/emo-box/EmoBox and name your checkout with emobox:folder=DIR"
    )


def read_lists(folder: Path, corpus: str) -> list[Listed]:
    """What EmoBox says of every recording of a corpus.

    `folder` holds NAME.csv or NAME.csv.gz with the columns key, path and test_fold (`2`; `v2` validates in fold 2;
    empty is always trained on), or it is a checkout of EmoBox with `data/NAME/fold_2/NAME_test_fold_2.jsonl`. EmoBox
    writes the names of corpora without underscores. Raises `Ai4erError` where there is neither.
    """
    name = corpus.replace("_", "")
    for table in (folder / f"{name}.csv.gz", folder / f"{name}.csv"):
        if table.is_file():
            return list(_of_table(table))
    for lists in (folder / "data" / name, folder / name):
        if lists.is_dir():
            return _of_checkout(lists, name)
    there = {path.name.partition(".")[0] for path in folder.glob("*.csv*")}
    there |= {path.name for path in (folder / "data").glob("*") if path.is_dir()}
    raise Ai4erError(f"emobox: {folder} has no lists of {name}; it has {', '.join(sorted(there)) or 'none at all'}")


def _of_table(path: Path) -> Iterator[Listed]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                found = re.fullmatch(r"(v?)(\d+)|", row["test_fold"])
                key, official = row["key"], row["path"]
            except (KeyError, TypeError):
                raise Ai4erError(f"{path}: it must have the columns key, path and test_fold") from None
            if not found:
                raise Ai4erError(f"{path}: test_fold of {key} is {row['test_fold']!r}; it must be 2, v2 or empty")
            held_out = {int(found[2]): "valid" if found[1] else "test"} if found[2] else {}
            yield Listed(key, official, held_out)


def _of_checkout(folder: Path, name: str) -> list[Listed]:
    listed: dict[str, Listed] = {}
    for fold in sorted(folder.glob("fold_*")):
        number = fold.name.removeprefix("fold_")
        for role in ("train", "valid", "test"):
            path = fold / f"{name}_{role}_fold_{number}.jsonl"
            for row in _lines(path) if path.is_file() else ():
                one = listed.setdefault(row["key"], Listed(row["key"], row["wav"], {}))
                if role != "train":
                    one.held_out[int(number)] = role
    if not any(one.held_out for one in listed.values()):
        raise Ai4erError(f"emobox: {folder} has no fold_1/{name}_test_fold_1.jsonl")
    return list(listed.values())


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                yield {"key": row["key"], "wav": row["wav"]}
            except (ValueError, KeyError, TypeError):
                raise Ai4erError(f"{path}: line {number} is not a JSON object with key and wav") from None


def matched(records: Sequence[Record], listed: Sequence[Listed]) -> np.ndarray:
    """For each record of a corpus the number of its line in the lists, (records,); -1 where they do not have it.

    A record is known by the name that the corpus' reader gives the official path, by the key, or by the official
    path from its end, as far as it takes to be unique.
    """
    official = _official_name(records[0].corpus)
    known: dict[str, set[int]] = defaultdict(set)
    for number, one in enumerate(listed):
        for name in (_plain(official(Path(one.path))), _plain(one.key).partition("-")[2], *_tails(one.path)):
            known[name].add(number)
    return np.array([_number(record, known) for record in records], dtype=np.int64)


def _official_name(corpus: str) -> Callable[[Path], str]:
    reader = find("ai4er.corpora", "corpus", corpus).Reader if corpus in corpus_names() else None
    return getattr(reader, "official_name", lambda path: path.stem)


def _number(record: Record, known: dict[str, set[int]]) -> int:
    files = [path for path in (record.audio, record.video) if path and record.start is None]
    for name in (_plain(record.id), *(tail for path in files for tail in _tails(path))):
        found = known.get(name, set())
        if len(found) == 1:
            return next(iter(found))
    return -1


def _tails(path: str) -> list[str]:
    """`c`, `b/c`, `a/b/c` of `a/b/c.wav`."""
    parts = _plain(Path(path).with_suffix("").as_posix()).split("/")
    return ["/".join(parts[-count:]) for count in range(1, len(parts) + 1)]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
