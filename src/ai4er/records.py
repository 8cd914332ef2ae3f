"""Records: one item of a corpus each, kept as the rows of an Arrow table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ai4er.errors import Ai4erError


@dataclass(frozen=True)
class Record:
    """One utterance, image or trial with its labels. Absent parts are empty or None.

    `id` is unique inside its corpus. `audio`, `video` and `image` are file paths; `start` and
    `end` (seconds) cut a part out of the audio or video. `arrays` holds what has no file of its
    own, as float32: `audio` (samples, in [-1, 1], with its rate in `attributes["sample_rate"]`),
    `image` (height, width[, 3], in [0, 255]), `eeg` (samples, channels), or features that the
    corpus itself publishes. `digest` identifies the content of the file, so that copies are found.

    Labels: `label` one class; `labels` the classes of a multi-label item (empty = none applies,
    None = not annotated); `votes` one class for each annotator, and `raters` who gave each of them, where
    that is known; `dimensions` the mean value by dimension name; `ratings` the same for each annotator;
    `score` one number.
    `attributes` holds everything else that the corpus says (gender, text_id, intensity ...).
    """

    id: str
    corpus: str
    speaker: str = ""
    dialogue: str = ""
    turn: int | None = None
    session: str = ""
    split: str = ""
    language: str = ""
    text: str | None = None
    audio: str | None = None
    video: str | None = None
    image: str | None = None
    start: float | None = None
    end: float | None = None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    digest: str = ""
    label: str | None = None
    labels: tuple[str, ...] | None = None
    votes: tuple[str, ...] = ()
    raters: tuple[str, ...] = ()
    dimensions: dict[str, float] = field(default_factory=dict)
    ratings: tuple[dict[str, float], ...] = ()
    score: float | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    def replace(self, **changes: Any) -> Record:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)


_NUMBERS = pa.map_(pa.string(), pa.float64())
_ARRAY = pa.struct([("shape", pa.list_(pa.int32())), ("data", pa.list_(pa.float32()))])
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "corpus", "speaker", "dialogue")]
    + [("turn", pa.int32())]
    + [(name, pa.string()) for name in ("session", "split", "language", "text")]
    + [(name, pa.string()) for name in ("audio", "video", "image")]
    + [("start", pa.float64()), ("end", pa.float64())]
    + [("arrays", pa.map_(pa.string(), _ARRAY)), ("digest", pa.string()), ("label", pa.string())]
    + [(name, pa.list_(pa.string())) for name in ("labels", "votes", "raters")]
    + [("dimensions", _NUMBERS), ("ratings", pa.list_(_NUMBERS)), ("score", pa.float64())]
    + [("attributes", pa.map_(pa.string(), pa.string()))]
)


def _to_row(record: Record) -> dict[str, Any]:
    row = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
    row["arrays"] = [
        (name, {"shape": list(a.shape), "data": np.ascontiguousarray(a, np.float32).ravel()})
        for name, a in record.arrays.items()
    ]
    row["dimensions"] = list(record.dimensions.items())
    row["ratings"] = [list(rating.items()) for rating in record.ratings]
    row["attributes"] = list(record.attributes.items())
    return row


def _from_row(row: dict[str, Any]) -> Record:
    row["arrays"] = {name: np.asarray(a["data"], np.float32).reshape(a["shape"]) for name, a in row["arrays"]}
    row["labels"] = None if row["labels"] is None else tuple(row["labels"])
    row["votes"], row["raters"] = tuple(row["votes"]), tuple(row["raters"])
    row["dimensions"] = dict(row["dimensions"])
    row["ratings"] = tuple(dict(rating) for rating in row["ratings"])
    row["attributes"] = dict(row["attributes"])
    return Record(**row)


class Records(Sequence[Record]):
    """An immutable sequence of records; `table` is the same as an Arrow table."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = tuple(records)
        seen: set[tuple[str, str]] = set()
        for record in self._records:
            key = (record.corpus, record.id)
            if key in seen:
                raise Ai4erError(f"corpus {record.corpus}: two records have the id {record.id!r}")
            seen.add(key)

    @property
    def table(self) -> pa.Table:
        """The records as an Arrow table with the columns of `SCHEMA`."""
        return pa.Table.from_pylist([_to_row(r) for r in self._records], schema=SCHEMA)

    @classmethod
    def from_table(cls, table: pa.Table) -> Records:
        """The records of an Arrow table with the columns of `SCHEMA`."""
        return cls(_from_row(row) for row in table.cast(SCHEMA).to_pylist())

    def save(self, path: Path) -> None:
        """Write a Parquet file; an existing file is replaced whole or not at all."""
        part = Path(path).with_suffix(".part")
        pq.write_table(self.table, part)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Records:
        """Read a Parquet file that `save` wrote."""
        return cls.from_table(pq.read_table(path))

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return Records(self._records[index])
        return self._records[index]

    def __add__(self, other: Records) -> Records:
        return Records((*self._records, *other))

    def column(self, name: str) -> np.ndarray:
        """One field of every record, as an object array: `records.column("speaker")`."""
        values = np.empty(len(self), dtype=object)
        values[:] = [getattr(r, name) for r in self._records]
        return values

    def take(self, indices: Iterable[int]) -> Records:
        """The records at these positions, in this order."""
        return Records(self._records[int(i)] for i in indices)

    def where(self, keep: Callable[[Record], bool]) -> Records:
        """The records for which `keep` is true."""
        return Records(r for r in self._records if keep(r))
