"""Several systems on the same folds, compared with paired tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import ResultRow, table
from ai4er.evaluation.significance import paired_tests
from ai4er.training.answers import FULL
from ai4er.training.options import Options
from ai4er.training.run import Run, train


def bench(
    systems: Sequence[str],
    corpus: str,
    protocol: str,
    data: Path | str | None,
    labels: str | None,
    seeds: Sequence[int],
    folds: Sequence[int] | None,
    out: Path,
    offline: bool = False,
    small: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> str:
    """Train every system with every seed on the same folds; finished runs in `out` are reused.

    Returns the table of results and the paired comparisons of each system with the first (on the first seed).
    """
    if not systems:
        raise Ai4erError("name at least one system")
    runs: dict[str, list[Run]] = {}
    for slug in systems:
        for seed in seeds:
            say(f"{slug}, seed {seed}")
            folder = out / slug / f"seed-{seed}"
            run = train(
                slug, corpus, protocol, data, labels, None, Options(seed=seed), offline, small, folds, folder, True, say
            )
            runs.setdefault(slug, []).append(run)
    rows: list[ResultRow] = [row for found in runs.values() for run in found for row in run.rows]
    first = {slug: found[0] for slug, found in runs.items()}
    return table(rows) + "\n" + "\n".join(comparisons(first, systems[0])) + "\n"


def comparisons(runs: Mapping[str, Run], against: str) -> list[str]:
    """A line for the paired test of every other system with one, corrected for their number (Holm)."""
    systems = {slug: run.predictions[FULL] for slug, run in runs.items() if FULL in run.predictions}
    pairs = [(slug, against) for slug in systems if slug != against and against in systems]
    found, left_out = paired_tests(systems, pairs)
    return [*map(str, found), *left_out]
