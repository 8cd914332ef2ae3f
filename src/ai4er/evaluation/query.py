"""Questions in SQL about the result rows of many runs, answered by DuckDB in memory: nothing can be written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import ALL_FOLDS, SUBSTITUTED, result_files

PRIMARY = f"""
SELECT system, corpus, protocol, mark, metric, value, low, high, folds, seed, encoder, run FROM results
WHERE fold = '{ALL_FOLDS}'
QUALIFY row_number() OVER (PARTITION BY run, system ORDER BY contains(metric, '['), position) = 1
ORDER BY corpus, protocol, metric, value DESC
"""
"""The primary metric of every run, over all its folds."""

_ROWS = f"""
CREATE TABLE results AS
SELECT rtrim(parse_dirpath(filename), '/') AS run, file_row_number AS position,
       count(DISTINCT fold) FILTER (fold != '{ALL_FOLDS}') OVER (PARTITION BY filename) AS folds,
       * EXCLUDE (filename, file_row_number)
         REPLACE (concat_ws(', ', nullif(mark, ''), CASE WHEN substituted THEN 'encoder {SUBSTITUTED}' END) AS mark)
FROM read_parquet(?, union_by_name=true, filename=true, file_row_number=true)
ORDER BY filename, file_row_number
"""
_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL")


@dataclass(frozen=True)
class Found:
    """The rows of an answer, and the names of their columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def csv(self) -> str:
        """Comma-separated values with a header, in full precision; absent values are empty."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerows([self.columns, *self.rows])
        return written.getvalue()

    def json(self) -> str:
        """A list of objects, in full precision."""
        found = [dict(zip(self.columns, row)) for row in self.rows]
        return json.dumps(found, indent=2, ensure_ascii=False, default=str) + "\n"


def ask(paths: Sequence[Path | str], sql: str = PRIMARY) -> Found:
    """The answer to one SELECT over the table `results`: all rows below these folders.

    Its columns are those of `ResultRow` with `run` (the folder), `folds` (how many the run has) and
    `position` (in its file); `mark` also says when an encoder was substituted. Numbers are only given with the
    columns `protocol` and `mark`. Raises `Ai4erError` for wrong SQL and for folders without results.
    """
    import duckdb

    files = [str(file) for path in paths for file in result_files(Path(path))]
    with duckdb.connect() as connection:
        try:
            connection.execute(_ROWS, [files])
        except duckdb.Error as error:
            raise Ai4erError(f"{', '.join(files)}: no result rows ({_first_line(error)})") from None
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise Ai4erError("--sql takes one SELECT over the table results; results are only read")
            answer = connection.execute(statements[0])
            columns = [(str(name), str(kind)) for name, kind, *_ in answer.description or []]
            rows = answer.fetchall()
        except duckdb.Error as error:
            there = ", ".join(row[0] for row in connection.execute("DESCRIBE results").fetchall())
            raise Ai4erError(f"--sql: {_first_line(error)} (the table results has {there})") from None
    _need_protocol(columns)
    return Found(tuple(name for name, _ in columns), rows)


def _need_protocol(columns: Sequence[tuple[str, str]]) -> None:
    names = {name for name, _ in columns}
    numbers = [name for name, kind in columns if kind.startswith(_NUMBERS)]
    if numbers and not {"protocol", "mark"} <= names:
        raise Ai4erError(
            f"--sql: {numbers[0]} is a number, and none is printed without its protocol and mark: "
            "add the columns protocol and mark to SELECT (and to GROUP BY)"
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
