"""Systems on one corpus and protocol within a time: the cheapest first, each result with its interval."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import RESULTS_FILE, merit
from ai4er.prediction.items import build_items, front_ends
from ai4er.systems.base import parameter_count
from ai4er.training.contest import CANNOT_RUN, Contest, nobody, page
from ai4er.training.fit import Progress
from ai4er.training.run import Plan, Run, Say, build, default_folder

_EXAMPLES = 16
"""How many records are looked at to know the shapes of a system's inputs."""


@dataclass
class Leaderboard:
    """The finished runs by slug, what did not fit into the time, and what cannot run here, with the reasons."""

    runs: dict[str, Run] = field(default_factory=dict)
    unfinished: dict[str, str] = field(default_factory=dict)
    impossible: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The table, best first, the paired tests against the best, and everything that is not in it."""
        ranked = sorted(self.runs, key=lambda slug: -merit(self.runs[slug].rows))
        runs = {slug: self.runs[slug] for slug in ranked}
        rows = [row for run in runs.values() for row in run.rows if "[" not in row.metric]
        return page(rows, runs, {"Did not fit into the time": self.unfinished, CANNOT_RUN: self.impossible})


class _OutOfTimeError(Exception):
    """The time is over in the middle of a training, which goes on from its checkpoint another time."""


class _Watch:
    """Looks at the clock after every epoch; a stage that is at its end is not stopped any more."""

    def __init__(self, deadline: float, clock: Callable[[], float], progress: Progress | None) -> None:
        self._deadline, self._clock, self._progress = deadline, clock, progress
        self.reached = ""

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return self._clock() >= self._deadline

    def __call__(self, stage: str, done: int, total: int, numbers: dict[str, float]) -> None:
        self.reached = f"{done} of {total} epochs ({stage})"
        if self._progress is not None:
            self._progress(stage, done, total, numbers)
        if done < total and self.over:
            raise _OutOfTimeError


def leaderboard(
    systems: Sequence[str],
    contest: Contest,
    minutes: float,
    say: Say = lambda line: None,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Leaderboard:
    """Train and test systems until the time is over; a second call goes on where the first one stopped.

    Finished runs are read back, then the others follow in the order of `cost`. The time is looked at after every
    epoch, so that it can be exceeded by one epoch, one test or one extraction of features.
    Raises `Ai4erError` when no system can run on this corpus under this protocol.
    """
    deadline = clock() + 60 * minutes
    board = Leaderboard()
    order: list[tuple[float, str, Path]] = []
    for slug in systems:
        try:
            order.append(_place(slug, contest))
        except Ai4erError as error:
            board.impossible[slug] = str(error)
    for _, slug, folder in sorted(order):
        watch = _Watch(deadline, clock, progress)
        if watch.over and not _finished(folder):
            board.unfinished[slug] = f"folds done: {_folds(folder)}" if _folds(folder) else "not begun"
            continue
        say(slug)
        try:
            board.runs[slug] = contest.train(slug, folder, say, watch)
        except _OutOfTimeError:
            board.unfinished[slug] = f"folds done: {_folds(folder)}, and of the next one {watch.reached}"
        except Ai4erError as error:
            board.impossible[slug] = str(error)
    if not board.runs and not board.unfinished:
        raise nobody(contest, board.impossible)
    return board


def cost(chosen: Plan) -> float:
    """Weights times epochs over all stages: roughly the computation of one fold, to put systems in order.

    Raises `Ai4erError` when the system cannot be built for this corpus.
    """
    data = chosen.data
    few = np.unique(np.linspace(0, len(data.records) - 1, _EXAMPLES).astype(int))
    items = build_items(data.records.take(few), front_ends(chosen.config.inputs), data.space)
    system = build(chosen.system, chosen.config, data, items, chosen.options.seed)
    return float(parameter_count(system) * (sum(stage.epochs for stage in system.stages()) or 1))


def _place(slug: str, contest: Contest) -> tuple[float, str, Path]:
    """The cost of a run that is still to be made (of a finished one it is nothing), the slug, and the folder."""
    chosen = contest.plan(slug)
    folder = contest.out / default_folder(chosen).relative_to("runs")
    return 0.0 if _finished(folder) else cost(chosen), slug, folder


def _finished(folder: Path) -> bool:
    return (folder / RESULTS_FILE).exists()


def _folds(folder: Path) -> int:
    return len(list(folder.glob("fold-*/fold.json")))
