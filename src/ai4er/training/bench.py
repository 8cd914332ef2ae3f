"""Several systems on the same folds, compared with paired tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ai4er.errors import Ai4erError
from ai4er.evaluation.intervals import compare
from ai4er.evaluation.report import ResultRow, table
from ai4er.training.fit import FULL
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
    return table(rows) + "\n" + "\n".join(_comparisons(runs)) + "\n"


def _comparisons(runs: dict[str, list[Run]]) -> list[str]:
    first, *others = runs
    lines = []
    for slug in others:
        one, other = (runs[name][0].predictions.get(FULL) for name in (slug, first))
        if one is None or other is None:
            continue
        found = compare(one, other)
        lines.append(
            f"{slug} - {first}: {found.metric} {found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}], "
            f"p = {found.p_value:.3f} (paired permutation over {found.groups} {found.unit})"
        )
    return lines
