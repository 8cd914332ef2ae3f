"""Systems on one corpus and protocol within a time: the cheapest first, each result with its interval."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError, unknown
from ai4er.evaluation.report import RESULTS_FILE, merit, table
from ai4er.prediction.items import build_items, front_ends
from ai4er.systems import slugs
from ai4er.systems.base import parameter_count
from ai4er.training.bench import comparisons
from ai4er.training.fit import Progress
from ai4er.training.options import Options
from ai4er.training.run import Plan, Run, Say, build, default_folder, plan, train

_FAMILY = "family:"
_EXAMPLES = 16
"""How many records are looked at to know the shapes of a system's inputs."""


@dataclass(frozen=True)
class Contest:
    """What every system is given: the arguments of `train`, and the folder of all runs."""

    corpus: str
    protocol: str
    data: Path | str | None = None
    labels: str | None = None
    seed: int = 0
    out: Path = Path("runs/leaderboard")
    offline: bool = False
    small: bool = False


@dataclass
class Leaderboard:
    """The finished runs by slug, what did not fit into the time, and what cannot run here, with the reasons."""

    runs: dict[str, Run] = field(default_factory=dict)
    unfinished: dict[str, str] = field(default_factory=dict)
    impossible: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The table, best first, the paired tests against the best, and everything that is not in it."""
        parts = []
        if self.runs:
            ranked = sorted(self.runs, key=lambda slug: -merit(self.runs[slug].rows))
            rows = [row for slug in ranked for row in self.runs[slug].rows if "[" not in row.metric]
            parts.append(table(rows))
            parts.append("\n".join(comparisons({slug: self.runs[slug] for slug in ranked}, ranked[0])))
        for title, found in (("Did not fit into the time", self.unfinished), ("Cannot run here", self.impossible)):
            if found:
                parts.append("\n".join([f"{title}:", *(f"- {slug}: {why}" for slug, why in found.items())]))
        return "\n".join(f"{part.strip()}\n" for part in parts if part)


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


def chosen_systems(text: str) -> list[str]:
    """`all`, `family:speech,fusion`, or slugs separated by commas, as slugs. Raises `Ai4erError` for unknown names."""
    there = slugs()
    if text == "all":
        return list(there)
    names = [name.strip() for name in text.removeprefix(_FAMILY).split(",") if name.strip()]
    if not names:
        raise Ai4erError(f"--systems {text!r}: write all, family:speech,fusion or slugs such as tim_net,dwformer")
    if not text.startswith(_FAMILY):
        for name in names:
            if name not in there:
                raise unknown("system", name, there)
        return list(dict.fromkeys(names))
    family = {slug: path.split(".")[-2] for slug, path in there.items()}
    for name in names:
        if name not in family.values():
            raise unknown("family", name, set(family.values()))
    return [slug for slug in there if family[slug] in names]


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
            board.runs[slug] = _train(slug, contest, folder, say, watch)
        except _OutOfTimeError:
            board.unfinished[slug] = f"folds done: {_folds(folder)}, and of the next one {watch.reached}"
        except Ai4erError as error:
            board.impossible[slug] = str(error)
    if not board.runs and not board.unfinished:
        reasons = "; ".join(f"{slug}: {why}" for slug, why in board.impossible.items())
        raise Ai4erError(f"no system can run on {contest.corpus} under {contest.protocol} ({reasons})")
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
    chosen = plan(
        slug, contest.corpus, contest.protocol, contest.data, contest.labels, None, Options(seed=contest.seed),
        contest.offline, contest.small,
    )  # fmt: skip
    fold = chosen.data.folds(chosen.protocol, contest.seed)[0]
    for role in chosen.system.roles:
        fold.role(role)
    folder = contest.out / default_folder(chosen).relative_to("runs")
    return 0.0 if _finished(folder) else cost(chosen), slug, folder


def _finished(folder: Path) -> bool:
    return (folder / RESULTS_FILE).exists()


def _folds(folder: Path) -> int:
    return len(list(folder.glob("fold-*/fold.json")))


def _train(slug: str, contest: Contest, folder: Path, say: Say, progress: Progress) -> Run:
    return train(
        slug, contest.corpus, contest.protocol, contest.data, contest.labels, None, Options(seed=contest.seed),
        contest.offline, contest.small, None, folder, True, say, progress,
    )  # fmt: skip
