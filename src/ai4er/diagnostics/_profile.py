"""The profile of a system: how much of the range between blind and oracle it uses on every diagnostic of the suite."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ai4er.diagnostics._training import fitted, spread
from ai4er.diagnostics.suite._intake import Intake, with_classes_as
from ai4er.diagnostics.suite._render import rendered
from ai4er.diagnostics.suite.base import DIFFICULTY, Mechanism, mechanism, mechanisms
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace

_METRIC = {"multi": "macro_f1", "dimensions": "ccc"}
"""The metric where classes are predicted as labels or dimensions."""


@dataclass(frozen=True)
class Measured:
    """One training on a diagnostic: the system's test score between those of both reference solvers.

    `refused` is why the training could not be done, where it could not; there are no scores then.
    """

    system: str
    diagnostic: str
    seed: int
    difficulty: float
    metric: str
    blind: float
    oracle: float
    score: float
    seconds: float
    refused: str = ""

    @property
    def share(self) -> float:
        """(score - blind) / (oracle - blind): 0 as good as without the mechanism, 1 as good as can be."""
        return (self.score - self.blind) / (self.oracle - self.blind)


@dataclass
class Profile:
    """What was measured of a system by diagnostic, and why it cannot take the others."""

    system: str
    measured: dict[str, list[Measured]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def shares(self, diagnostic: str) -> np.ndarray:
        """The shares of the seeds."""
        return np.array([one.share for one in self.measured[diagnostic]])

    def __str__(self) -> str:
        """A line for each diagnostic with mean and spread over the seeds, then the refusals."""
        wide = max(len(name) for name in (*self.measured, *self.refused, "diagnostic"))
        lines = [f"{self.system}\n{'diagnostic':{wide}}  metric     blind   score  oracle  share of the range"]
        for name, found in self.measured.items():
            blind, score, oracle = (np.mean([getattr(m, key) for m in found]) for key in ("blind", "score", "oracle"))
            numbers = f"{found[0].metric:8} {blind:7.3f} {score:7.3f} {oracle:7.3f}"
            lines.append(f"{name:{wide}}  {numbers}  {spread(self.shares(name))}")
        lines += [f"{name:{wide}}  not taken: {reason}" for name, reason in self.refused.items()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Examination:
    """What a profile is made with: diagnostics by name, seeds, difficulty. Empty names are all."""

    names: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0, 1)
    difficulty: float = DIFFICULTY

    @cached_property
    def diagnostics(self) -> dict[str, Mechanism]:
        """The diagnostics by name. Raises `Ai4erError` for an unknown one."""
        return {name: mechanism(name) for name in self.names} if self.names else mechanisms()


def profile(
    slug: str,
    examination: Examination,
    kept: Iterable[Measured] = (),
    keep: Callable[[Measured], None] = lambda row: None,
    enough: Callable[[], bool] = lambda: False,
) -> Profile:
    """Train a system, in its small configuration, on every diagnostic that it can take, once for each seed.

    What is in `kept` is not measured again; `keep` is called with each new measurement, and `enough` before each:
    where it says so, the profile ends there. Raises `Ai4erError` for an unknown system.
    """
    intake, done = Intake.of(slug), {(row.diagnostic, row.seed, row.difficulty): row for row in kept}
    found = Profile(slug)
    for name, one in examination.diagnostics.items():
        reason = intake.refusal(one.records(examination.seeds[0], examination.difficulty), one.space)
        if reason is not None:
            found.refused[name] = reason
            continue
        for seed in examination.seeds:
            row = done.get((name, seed, examination.difficulty))
            if row is None:
                if enough():
                    return found
                row = _measure(intake, name, one, seed, examination.difficulty)
                keep(row)
            if row.refused:
                found.refused[name] = row.refused
                found.measured.pop(name, None)
                break
            found.measured.setdefault(name, []).append(row)
    return found


def _measure(intake: Intake, name: str, diagnostic: Mechanism, seed: int, difficulty: float) -> Measured:
    from ai4er.evaluation.metrics import metric
    from ai4er.training.answers import answer

    started = time.monotonic()
    space = intake.space(diagnostic.space)
    assert isinstance(space, LabelSpace), "refusal was asked before"
    scene = with_classes_as(diagnostic.records(seed, difficulty), diagnostic.space, space)
    name_of = diagnostic.metric if space == diagnostic.space else _METRIC.get(space.kind, diagnostic.metric)
    measure = metric(name_of, space)
    blind, oracle = diagnostic.range_of(scene, space, measure.name)
    records = rendered(scene, intake.forms, seed)
    try:
        if np.isclose(blind, oracle):
            raise Ai4erError(f"has no range where it is asked as {space.kind} and measured by {measure.name}")
        system, test = fitted(intake.system, intake.configuration, records, space, seed)
        score, refused = measure(answer(system, test)[0]), ""
    except Ai4erError as error:
        score, refused = math.nan, str(error)
    seconds = round(time.monotonic() - started, 1)
    return Measured(intake.system.slug(), name, seed, difficulty, measure.name, blind, oracle, score, seconds, refused)
