"""Several systems on the same folds, compared with paired tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ai4er.errors import Ai4erError
from ai4er.systems import system_class
from ai4er.training.contest import CANNOT_RUN, Contest, nobody, page
from ai4er.training.fit import Progress
from ai4er.training.run import Run, Say


def bench(
    systems: Sequence[str],
    contest: Contest,
    seeds: Sequence[int],
    say: Say = lambda line: None,
    progress: Progress | None = None,
) -> str:
    """Train every system with every seed on the same folds; finished runs in the contest's folder are reused.

    Returns the table of results, the paired comparisons of each system with the first one that ran (on the first seed),
    and the systems that cannot run here, with the reasons.
    Raises `Ai4erError` for an unknown system, and when none can run.
    """
    if not systems:
        raise Ai4erError("name at least one system")
    for slug in systems:
        system_class(slug)
    runs: dict[str, list[Run]] = {}
    impossible: dict[str, str] = {}
    for slug in systems:
        try:
            runs[slug] = [_run(slug, replace(contest, seed=seed), say, progress) for seed in seeds]
        except Ai4erError as error:
            impossible[slug] = str(error)
    if not runs:
        raise nobody(contest, impossible)
    rows = [row for found in runs.values() for run in found for row in run.rows]
    return page(rows, {slug: found[0] for slug, found in runs.items()}, {CANNOT_RUN: impossible})


def _run(slug: str, contest: Contest, say: Say, progress: Progress | None) -> Run:
    """One run; what it needs is looked at before anything is computed or written."""
    contest.plan(slug)
    say(f"{slug}, seed {contest.seed}")
    return contest.train(slug, contest.out / slug / f"seed-{contest.seed}", say, progress)
