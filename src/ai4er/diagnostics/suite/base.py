"""What a diagnostic of the suite is: a scene, what decides it, and two reference solvers that bound the range.

A scene is a corpus whose records hold what there is to perceive and no features: arrays of factors, (steps, factors),
or for EEG (windows, channels, bands). One array is called `scene`; several are the modalities, in the order of their
names. A step that is one-hot is a symbol. `ai4er.diagnostics.suite._render` makes frames, vectors, sound, words or
EEG out of a scene, so that most scenes serve most systems. Solvers see the scene itself, which no rendering
improves on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import metric
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace
from ai4er.records import Records
from ai4er.registry import find, places

DIFFICULTY = 0.5
PACKAGE = "ai4er.diagnostics.suite"

Scene = Callable[[int, float], Records]
"""Seed and difficulty -> records with `split` train, valid, test and where needed unlabelled."""

Solver = Callable[[Records], np.ndarray]
"""A scene -> scores of its test records, (records, names), in their order."""


@dataclass(frozen=True)
class Mechanism:
    """One diagnostic; a module of this package holds it in `MECHANISM`.

    `decides` says in a few words what has to be used. `oracle` knows the rule of the generator and not the labels of
    the test part, `blind` is the best model that cannot use the mechanism; in the mean over seeds, at the middle
    difficulty, the oracle is better by `gap` at least. A higher difficulty lowers the score of the solver in `harder`.
    """

    decides: str
    space: LabelSpace
    scene: Scene
    oracle: Solver
    blind: Solver
    gap: float
    harder: Literal["oracle", "blind"]
    metric: str = "ua"

    def records(self, seed: int, difficulty: float = DIFFICULTY) -> Records:
        """The scene of a seed; the same for the same arguments. Raises `Ai4erError` for a difficulty not in [0, 1]."""
        if not 0 <= difficulty <= 1:
            raise Ai4erError(f"difficulty {difficulty:g}: write a number from 0 (easy) to 1 (hard)")
        return self.scene(seed, difficulty)

    def range_of(self, records: Records, space: LabelSpace, name: str) -> tuple[float, float]:
        """The metric `name` of the blind solver and of the oracle, on the test part in this label space."""
        test = records.where(lambda record: record.split == "test")
        measure = metric(name, space)
        blind, oracle = (
            measure(Predictions.of(test, np.asarray(solver(records), np.float32), space))
            for solver in (self.blind, self.oracle)
        )
        return blind, oracle


def mechanisms() -> dict[str, Mechanism]:
    """Every diagnostic of the suite by name, in alphabetical order."""
    return {name: mechanism(name) for name in sorted(places(PACKAGE))}


def mechanism(name: str) -> Mechanism:
    """The diagnostic of that name. Raises `Ai4erError` that suggests the nearest one."""
    found: Mechanism = find(PACKAGE, "diagnostic", name).MECHANISM
    return found
