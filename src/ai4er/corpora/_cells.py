"""The columns of a table as values of records: texts, sets of classes, numbers, times; and JSON lines as a table."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ai4er.errors import Ai4erError

_SHARED = 10_000
"""So many different rows of attributes or dimensions are remembered, to be shared."""

_TIME = re.compile(r"(?:(?P<days>\d+) days?,? *)?(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d(?:[.,]\d+)?)")


def texts(column: pa.ChunkedArray, repeats: bool = False) -> list[str | None]:
    """A column as texts without space around them; an empty one is None. `repeats`: equal ones are one object."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return [None if value is None else json.dumps(value, default=str) for value in column.to_pylist()]
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    if not repeats:
        return [value or None for value in trimmed.to_pylist()]
    values: list[str | None] = []
    for chunk in trimmed.chunks:
        encoded = chunk.dictionary_encode()
        words = [word or None for word in encoded.dictionary.to_pylist()]
        values += [None if i is None else words[i] for i in encoded.indices.to_pylist()]
    return values


def sets(column: pa.ChunkedArray) -> list[tuple[str, ...] | None]:
    """A column of lists, or of texts such as `joy|trust`, `joy;trust` or `joy,trust`; an empty text is None."""
    if is_list(column):
        return [None if v is None else tuple(str(name).strip().lower() for name in v) for v in column.to_pylist()]
    return [
        None if value is None else tuple(name.strip().lower() for name in re.split(r"[|;,]", value) if name.strip())
        for value in texts(column, repeats=True)
    ]


def numbers(column: pa.ChunkedArray, where: str, times: bool = False) -> list[float | None]:
    """A column as numbers (`times`: seconds), None where it is empty. Raises `Ai4erError` naming the first bad row."""
    if pa.types.is_duration(column.type):
        column = pc.divide(column.cast(pa.duration("us")).cast(pa.int64()).cast(pa.float64()), 1e6)
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        written = texts(column)
        try:
            column = pa.chunked_array([pa.array(written, pa.string()).cast(pa.float64())])
        except pa.ArrowInvalid:
            read = [_number(text, f"{where}, row {n}", times) for n, text in enumerate(written, start=1)]
            column = pa.chunked_array([pa.array(read, pa.float64())])
    values = column.cast(pa.float64())
    finite = pc.fill_null(pc.is_finite(values), True)
    if not pc.all(finite).as_py() and len(values):
        row = pc.index(finite, False).as_py()
        raise Ai4erError(
            f"{where}, row {row + 1}: {values[row]} is no number; leave the field empty if it is not known"
        )
    found: list[float | None] = values.to_pylist()
    return found


def _number(text: str | None, where: str, times: bool) -> float | None:
    if text is None or (times and text == "NaT"):
        return None
    time = _TIME.fullmatch(text) if times else None
    try:
        return float(text) if time is None else _seconds(time)
    except ValueError:
        raise Ai4erError(f"{where}: {text!r} is no number") from None


def _seconds(time: re.Match[str]) -> float:
    """Seconds of a time such as `0 days 00:00:01.5` (as audformat writes it) or `00:00:01,500`."""
    hours = int(time["days"] or 0) * 24 + int(time["hours"])
    return (hours * 60 + int(time["minutes"])) * 60 + float(time["seconds"].replace(",", "."))


def dictionaries(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Columns as one dictionary a row, without what is absent; rows that are equal share theirs."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in zip(*columns):
        found = known.get(row)
        if found is None:
            found = {name: v for name, v in zip(names, row) if v is not None}
            if len(known) < _SHARED:
                known[row] = found
        yield found


def joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    if not one or not other:
        return other or one or {}
    return {**one, **other}


def is_list(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_list(column.type) or pa.types.is_large_list(column.type))


def columns_of(rows: Iterable[tuple[str, str]]) -> pa.Table:
    """Lines of JSON objects, each with the place that names it in errors, as a table.

    Numbers stay numbers where a column holds nothing else; other values become texts, and nested ones JSON.
    """
    columns: dict[str, list[Any]] = {}
    size = 0
    for where, line in rows:
        try:
            row = json.loads(line, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            raise Ai4erError(f"{where}: not whole JSON ({error.msg})") from None
        except ValueError as error:
            raise Ai4erError(f"{where}: {error}") from None
        if not isinstance(row, dict):
            raise Ai4erError(f'{where}: {line.strip()[:40]!r} where an object such as {{"text": ...}} is expected')
        for name, value in row.items():
            values = columns.setdefault(name, [])
            values.extend(itertools.repeat(None, size - len(values)))
            values.append(value)
        size += 1
    for values in columns.values():
        values.extend(itertools.repeat(None, size - len(values)))
    return pa.table({name: _array(values) for name, values in columns.items()})


def _array(values: list[Any]) -> pa.Array:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {list} and all(isinstance(part, str) for value in values if value for part in value):
        return pa.array(values, pa.list_(pa.string()))
    if kinds and kinds <= {int, float} and all(abs(v) < math.inf for v in values if v is not None):
        return pa.array([None if v is None else float(v) for v in values]) if float in kinds else pa.array(values)
    return pa.array([v if v is None or isinstance(v, str) else json.dumps(v) for v in values], pa.string())


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no number; leave the field out if it is not known")
