"""Results: rows in Parquet files, read with DuckDB, printed as a table that always names the protocol."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ai4er.config import parse_spec
from ai4er.errors import Ai4erError
from ai4er.evaluation.document import Table
from ai4er.evaluation.metrics import METRICS
from ai4er.protocols.base import SPEAKER_DEPENDENT, SPEAKERS_UNKNOWN, parse_protocol, protocol_names
from ai4er.systems import baselines

RESULTS_FILE = "results.parquet"
ALL_FOLDS = "all"
SUBSTITUTED = "(substituted)"
NOT_ABOVE = "§not above baseline"
_LEGEND = {
    SPEAKER_DEPENDENT: "the same speakers were trained on and tested, which says nothing about new speakers",
    SPEAKERS_UNKNOWN: "the corpus does not say who speaks, so that speakers may be shared",
}
_SUBSTITUTED = f"{SUBSTITUTED}: the paper's encoder could not be had, and the named one stands in for it."
_NOT_ABOVE = f"{NOT_ABOVE}: by its primary metric it is no better than the best baseline that was run beside it."
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("system", "corpus", "protocol", "mark", "fold")]
    + [("seed", pa.int64()), ("metric", pa.string()), ("value", pa.float64())]
    + [("low", pa.float64()), ("high", pa.float64()), ("encoder", pa.string()), ("substituted", pa.bool_())]
    + [("commit", pa.string()), ("seconds", pa.float64()), ("peak_memory", pa.int64())]
)


@dataclass(frozen=True)
class ResultRow:
    """One number. `fold` is a fold's name, or `all` for the pooled predictions of every fold.

    `mark` is that of the fold (`Fold.mark`); protocols that are speaker-dependent by design set it
    themselves. `low` and `high` bound the 95 % interval, `encoder` is the pretrained network and
    `substituted` whether it stands in for the paper's; `seconds` of training and `peak_memory` in
    bytes are those of the run. Raises `Ai4erError` without a protocol.
    """

    system: str
    corpus: str
    protocol: str
    fold: str
    seed: int
    metric: str
    value: float
    mark: str = ""
    low: float | None = None
    high: float | None = None
    encoder: str = ""
    substituted: bool = False
    commit: str = ""
    seconds: float | None = None
    peak_memory: int | None = None

    def __post_init__(self) -> None:
        if not self.protocol:
            raise Ai4erError(
                f"{self.metric} of {self.system} on {self.corpus} has no protocol: name the one it was got by"
            )
        if not self.mark and parse_spec(self.protocol.partition("|")[0])[0] in protocol_names():
            object.__setattr__(self, "mark", parse_protocol(self.protocol).mark)


def write_rows(path: Path | str, rows: Iterable[ResultRow]) -> None:
    """Write a Parquet file; an existing file is replaced whole or not at all."""
    table = pa.Table.from_pylist([dataclasses.asdict(row) for row in rows], schema=_SCHEMA)
    part = Path(path).with_suffix(".part")
    pq.write_table(table, part)
    part.replace(path)


def read_rows(paths: Sequence[Path | str] | Path | str) -> list[ResultRow]:
    """The rows of result files, and of every `results.parquet` below a folder.

    Raises `Ai4erError` for a path without results.
    """
    import duckdb

    given = [paths] if isinstance(paths, str | Path) else list(paths)
    files = [str(file) for path in given for file in result_files(Path(path))]
    names = [field.name for field in dataclasses.fields(ResultRow)]
    try:
        with duckdb.connect() as connection:
            found = connection.execute(
                f"SELECT {', '.join(names)} "
                "FROM read_parquet(?, union_by_name=true, filename=true, file_row_number=true) "
                "ORDER BY filename, file_row_number",
                [files],
            ).fetchall()
    except duckdb.Error as error:
        raise Ai4erError(f"{', '.join(files)}: no result rows ({str(error).splitlines()[0]})") from None
    return [ResultRow(*values) for values in found]


def result_files(path: Path) -> list[Path]:
    """The file itself, or every `results.parquet` below a folder. Raises `Ai4erError` where there is none."""
    if path.is_file():
        return [path]
    below = sorted(path.rglob(RESULTS_FILE)) if path.is_dir() else []
    if not below:
        raise Ai4erError(f"{path}: no {RESULTS_FILE} there: give the folder of a run, or of several")
    return below


def table(rows: Sequence[ResultRow]) -> str:
    """A Markdown table: a line for each system, corpus and protocol, a column for each metric.

    Where there are pooled rows (`fold` = all) they are printed with their interval, averaged over
    the seeds; else the mean over folds and seeds ± the half width of its 95 % t interval. The best baseline
    stands beside every other system, and one that does not beat it is marked.
    """
    if not rows:
        raise Ai4erError("there are no results to print")
    metrics = list(dict.fromkeys(row.metric for row in rows))
    lines: dict[tuple[str, ...], list[ResultRow]] = {}
    for row in rows:
        lines.setdefault(_line(row), []).append(row)
    beside = best_baselines(lines)
    header = ["system", "corpus", "protocol", "encoder", *metrics, *(["best baseline"] if beside else [])]
    body = []
    for key, found in lines.items():
        best = lines[beside[key]] if key in beside else []
        cells = [cell([row for row in found if row.metric == name]) for name in metrics]
        last = [baseline_cell(best)] if beside else []
        body.append([marked_system(key[0], found, best), *key[1:], *cells, *last])
    return "\n".join([Table(header, body).markdown(), "", *notes(rows), *baseline_notes(lines)]).rstrip() + "\n"


Key = TypeVar("Key", bound=Hashable)


def best_baselines(lines: Mapping[Key, Sequence[ResultRow]]) -> dict[Key, Key]:
    """The line of the best baseline for every line of another system, where there is one.

    Lines are compared that are on the same corpus and protocol and have the same primary metric.
    """
    simple = set(baselines())
    best: dict[tuple[str, str, str], Key] = {}
    for key, rows in lines.items():
        place = _place(rows)
        if rows[0].system in simple and (place not in best or merit(rows) > merit(lines[best[place]])):
            best[place] = key
    others = {key: _place(rows) for key, rows in lines.items() if rows[0].system not in simple}
    return {key: best[place] for key, place in others.items() if place in best}


def _place(rows: Sequence[ResultRow]) -> tuple[str, str, str]:
    return rows[0].corpus, rows[0].protocol, primary(rows)


def marked_system(name: str, rows: Sequence[ResultRow], baseline: Sequence[ResultRow]) -> str:
    """The name of a line, with a mark where its rows do not beat those of the best baseline."""
    return f"{name} {NOT_ABOVE}" if baseline and merit(rows) <= merit(baseline) else name


def baseline_cell(baseline: Sequence[ResultRow]) -> str:
    """Name and primary metric of the best baseline; empty where there is none."""
    if not baseline:
        return ""
    name = primary(baseline)
    return f"{baseline[0].system}: {name} {_values(baseline, name).mean():.3f}"


def baseline_notes(lines: Mapping[Key, Sequence[ResultRow]]) -> list[str]:
    """What the mark means, and where no baseline was run."""
    beside, simple = best_baselines(lines), set(baselines())
    marked = any(merit(lines[key]) <= merit(lines[best]) for key, best in beside.items())
    alone = [rows[0] for key, rows in lines.items() if key not in beside and rows[0].system not in simple]
    where = "; ".join(dict.fromkeys(f"{row.corpus}, {row.protocol}" for row in alone))
    missing = f"No baseline was run beside them ({where}): ai4er train support_vector_machine is one."
    return [*([_NOT_ABOVE] if marked else []), *([missing] if alone else [])]


def primary(rows: Sequence[ResultRow]) -> str:
    """The metric of a run's rows that stands for the run: the first over all conditions, where there is one."""
    return next((row.metric for row in rows if "[" not in row.metric), rows[0].metric)


def merit(rows: Sequence[ResultRow]) -> float:
    """The mean of the primary metric over the seeds, negated where lower is better: the best has the largest."""
    name = primary(rows)
    value = float(_values(rows, name).mean())
    return -value if name in METRICS and not METRICS[name].higher_is_better else value


def _line(row: ResultRow) -> tuple[str, ...]:
    return row.system, row.corpus, marked_protocol(row), encoder(row)


def marked_protocol(row: ResultRow) -> str:
    """The protocol with its mark."""
    return f"{row.protocol} {row.mark}".strip()


def encoder(row: ResultRow) -> str:
    """The pretrained network, and whether it stands in for the paper's."""
    return f"{row.encoder or 'none'} {SUBSTITUTED}" if row.substituted else row.encoder


def cell(rows: Sequence[ResultRow]) -> str:
    """One metric of one line: the pooled value with its interval, or the mean over folds and seeds; see `table`."""
    if not rows:
        return ""
    pooled = [row for row in rows if row.fold == ALL_FOLDS]
    values = _values(rows, rows[0].metric)
    bounded = [row for row in pooled or rows if row.low is not None and row.high is not None]
    if len(bounded) == len(values) and (pooled or len(values) == 1):
        low, high = (float(np.mean([getattr(row, end) for row in bounded])) for end in ("low", "high"))
        return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{values.mean():.3f} ± {_half_width(values):.3f} ({len(values)})"


def _values(rows: Sequence[ResultRow], metric: str) -> np.ndarray:
    """The pooled values of a metric, one a seed, or where there are none those of the folds."""
    found = [row for row in rows if row.metric == metric]
    pooled = [row.value for row in found if row.fold == ALL_FOLDS]
    return np.array(pooled or [row.value for row in found])


def _half_width(values: np.ndarray) -> float:
    from scipy.stats import t as student

    return float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))


def notes(rows: Sequence[ResultRow]) -> list[str]:
    """What the intervals are, and what every mark in these rows means."""
    marks = [f"{mark}: {meaning}." for mark, meaning in _LEGEND.items() if any(row.mark == mark for row in rows)]
    return [
        "[low, high]: 95 % bootstrap interval of the pooled predictions. "
        "±: half width of the 95 % t interval of the mean (over that many folds and seeds).",
        *marks,
        *([_SUBSTITUTED] if any(row.substituted for row in rows) else []),
    ]
