"""Records out of the columns of any table whose columns are named like the fields of a record."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from ai4er.corpora._cells import dictionaries, is_list, joined, numbers, sets, texts
from ai4er.corpora._media_cells import MEDIA, digest_column, is_media, media_columns
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LABEL_SPACES, LabelSpace, label_space
from ai4er.records import Record, Records

ALIASES = {
    "id": ("id", "key"),
    "audio": ("audio", "wav", "file"),
    "video": ("video",),
    "image": ("image",),
    "text": ("text",),
    "label": ("label", "emotion", "emo"),
    "labels": ("labels", "emotions"),
    "votes": ("votes",),
    "speaker": ("speaker",),
    "dialogue": ("dialogue",),
    "turn": ("turn",),
    "session": ("session",),
    "split": ("split",),
    "language": ("language",),
    "start": ("start",),
    "end": ("end",),
    "score": ("score",),
}
"""The names that the column of a field can have, the first one that is there is taken; letter case does not matter."""

DIMENSIONS = ("valence", "arousal", "dominance")
_FEWEST_INPUTS = (*MEDIA, "text")


@dataclasses.dataclass(frozen=True)
class Part:
    """A table that becomes records: `place` names it in errors, and `folder` is what its file names are relative to."""

    table: pa.Table
    place: str
    folder: Path
    split: str = ""


class ColumnCorpus(Corpus):
    """A corpus of tables; a subclass says in `parts` where they come from.

    `columns` names the column of a field where its name is none of `ALIASES`. A column that is no field becomes an
    attribute. The label spaces are those of what the columns hold: see `label_spaces`. `chosen` names an existing
    single-label space instead, and `low` and `high` bound dimensions and scores. The content of files is digested
    with `digest` only.
    """

    # Opened by its settings alone, without a folder of its name.
    needs_folder: ClassVar[bool] = False

    def __init__(
        self, columns: dict[str, str | None], chosen: str | None, low: float | None, high: float | None, digest: bool
    ) -> None:
        self.columns = {field: column for field, column in columns.items() if column}
        self.chosen = label_space(chosen) if chosen else None
        if self.chosen is not None and self.chosen.kind not in ("single", "distribution"):
            raise Ai4erError(f"corpus {self.name}: space={chosen} is of the kind {self.chosen.kind}; single is needed")
        self.low, self.high, self.digest = low, high, digest

    @abstractmethod
    def parts(self) -> list[Part]:
        """The tables, in a fixed order."""

    def class_names(self) -> tuple[str, ...]:
        """The classes in the order that the source gives them; empty where it gives none."""
        return ()

    def read(self) -> Records:
        return self._records

    @functools.cached_property
    def _records(self) -> Records:
        parts = self.parts()
        records = Records(itertools.chain.from_iterable(self._of(part) for part in parts))
        if not len(records):
            raise Ai4erError(f"{parts[0].place}: there is no row")
        return records

    @property
    def label_spaces(self) -> tuple[LabelSpace, ...]:
        """The spaces that the rows have targets in, the default first.

        Classes: the first existing single-label space with exactly these classes, otherwise one of their own with the
        name of the reader. Dimensions and scores that lie in [-1, 1] have the usual space; others are bounded by the
        smallest and the largest value, unless `low` and `high` say more. Raises `Ai4erError` where there is no label.
        """
        records = self._records
        found = [self._single(records), self._multi(records), self._dimensions(records), self._score(records)]
        spaces = tuple(space for space in found if space is not None)
        if not spaces:
            names = ", ".join((*ALIASES["label"], "labels", *DIMENSIONS, "score"))
            raise Ai4erError(f"corpus {self.name}: {self.root}: no label in any row; the columns of labels are {names}")
        return spaces

    @property
    def space(self) -> LabelSpace:
        return self.label_spaces[0]

    def _single(self, records: Records) -> LabelSpace | None:
        there = {r.label for r in records if r.label is not None}.union(*(set(r.votes) for r in records if r.votes))
        if not there:
            return None
        if self.chosen is not None:
            for name in sorted(there):
                self.chosen.index(name)
            return self.chosen
        given = [name for name in self.class_names() if name in there or not there - set(self.class_names())]
        names = (*given, *sorted(there - set(given)))
        same = [s for s in LABEL_SPACES.values() if s.kind == "single" and set(s.names) == set(names)]
        return same[0] if same else self._own("", "single", names)

    def _multi(self, records: Records) -> LabelSpace | None:
        there = set().union(*(r.labels for r in records if r.labels))
        if not there:
            return None
        same = [s for s in LABEL_SPACES.values() if s.kind == "multi" and set(s.names) == there]
        return same[0] if same else self._own("_labels", "multi", tuple(sorted(there)))

    def _dimensions(self, records: Records) -> LabelSpace | None:
        there = set().union(*(r.dimensions for r in records if r.dimensions))
        names = tuple(name for name in DIMENSIONS if name in there)
        if not names:
            return None
        low, high = self._bounds([value for record in records for value in record.dimensions.values()])
        usual = [
            s for s in LABEL_SPACES.values()
            if s.kind == "dimensions" and (s.names, s.low, s.high) == (names, low, high)
        ]  # fmt: skip
        return usual[0] if usual else self._own("_dimensions", "dimensions", names, low, high)

    def _score(self, records: Records) -> LabelSpace | None:
        values = [record.score for record in records if record.score is not None]
        return self._own("_score", "score", ("score",), *self._bounds(values)) if values else None

    def _bounds(self, values: Sequence[float]) -> tuple[float, float]:
        least, most = min(values), max(values)
        usual = least >= -1 and most <= 1
        low = self.low if self.low is not None else -1.0 if usual else least
        high = self.high if self.high is not None else 1.0 if usual else most
        if not low <= least <= most <= high:
            raise Ai4erError(
                f"corpus {self.name}: {self.root}: values from {least:g} to {most:g} where {low:g} to {high:g} are "
                "expected; say low=NUMBER,high=NUMBER"
            )
        return low, high

    def _own(self, ending: str, kind: Any, names: tuple[str, ...], low: float = 0.0, high: float = 1.0) -> LabelSpace:
        return LabelSpace(
            name=self.name + ending, kind=kind, names=names, low=low, high=high,
            neutral="neutral" if "neutral" in names else None, source=f"what occurs in {self.root.name}",
        )  # fmt: skip

    def _of(self, part: Part) -> Iterator[Record]:
        """The records of one table, built column by column."""
        chosen = self._chosen(part)
        table, size = part.table, part.table.num_rows
        columns: dict[str, Iterable[Any]] = {"corpus": itertools.repeat(self.name, size)}
        for field in ("text", "speaker", "dialogue", "session", "split", "language"):
            if field in chosen:
                values = texts(table[chosen[field]], repeats=field != "text")
                columns[field] = values if field == "text" else [value or "" for value in values]
        for field in ("start", "end", "score", "turn"):
            if field in chosen:
                where = f"{part.place}: {chosen[field]}"
                columns[field] = numbers(table[chosen[field]], where, times=field in ("start", "end"))
        if "turn" in columns:
            columns["turn"] = [None if value is None else int(value) for value in columns["turn"]]
        if "label" in chosen:
            columns["label"] = [v.lower() if v else None for v in texts(table[chosen["label"]], repeats=True)]
        for field in ("labels", "votes"):
            if field in chosen:
                absent = None if field == "labels" else ()
                columns[field] = [absent if value is None else value for value in sets(table[chosen[field]])]
        if part.split:
            columns["split"] = itertools.repeat(part.split, size)
        columns |= media_columns(table, chosen, part.folder, part.place)
        if self.digest and set(MEDIA) & set(chosen):
            columns["digest"] = digest_column(columns)
        names = [name for name in table.column_names if name.lower() in DIMENSIONS]
        if names:
            rated = [numbers(table[name], f"{part.place}: {name}") for name in names]
            columns["dimensions"] = dictionaries([name.lower() for name in names], rated)
        others = [name for name in table.column_names if name not in {*chosen.values(), *names}]
        if others:
            found = dictionaries(others, [texts(table[name], repeats=True) for name in others])
            columns["attributes"] = map(joined, found, columns.get("attributes", itertools.repeat({})))
        columns["id"] = self._ids(part, chosen, size)
        return map(Record, *(columns.get(field.name, _absent(field, size)) for field in dataclasses.fields(Record)))

    def _chosen(self, part: Part) -> dict[str, str]:
        """The column of every field that has one. Raises `Ai4erError` for one that is not there, or no input."""
        there = part.table.column_names
        repeated = [name for name in there if there.count(name) > 1]
        if repeated:
            raise Ai4erError(f"{part.place}: two columns are called {repeated[0]!r}")
        for column in self.columns.values():
            if column not in there:
                raise unknown(f"column of {part.place}", column, there)
        lower = {name.lower(): name for name in reversed(there) if name not in self.columns.values()}
        chosen = dict(self.columns)
        for field, names in ALIASES.items():
            found = [lower[name] for name in names if name in lower]
            if field not in chosen and found:
                chosen[field] = found[0]
        if "label" in chosen and "labels" not in chosen and is_list(part.table[chosen["label"]]):
            chosen["labels"] = chosen.pop("label")
        if not set(_FEWEST_INPUTS) & set(chosen):
            inputs = ", ".join(name for field in _FEWEST_INPUTS for name in ALIASES[field])
            raise Ai4erError(f"{part.place}: no column of inputs ({inputs}); it has {', '.join(there) or 'none'}")
        return chosen

    def _ids(self, part: Part, chosen: dict[str, str], size: int) -> Iterable[str]:
        """The column of names; without it the file names where they differ, or the numbers of the rows from 1."""
        before = f"{part.split}/" if part.split else ""
        column = chosen.get("id") or next((chosen[field] for field in MEDIA if field in chosen), None)
        values = texts(part.table[column]) if column and not is_media(part.table[column]) else []
        if "id" in chosen:
            if None in values:
                raise Ai4erError(f"{part.place}: row {values.index(None) + 1}: {chosen['id']} is empty")
        elif None in values or len(set(values)) < size:
            values = []
        return [before + str(value) for value in values or range(1, size + 1)]


def _absent(field: dataclasses.Field[Any], size: int) -> Iterable[Any]:
    """The default of a field for every row; records are immutable, so that all share one empty dictionary."""
    empty = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return itertools.repeat(empty, size)
