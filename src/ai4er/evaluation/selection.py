"""Which epoch is reported, and how much a choice that looks at the test part flatters.

Source: Antoniou et al., "Designing and Evaluating Speech Emotion Recognition Systems: A Reality Check Case Study with
IEMOCAP", ICASSP 2023; the bias of a maximum over noisy scores as in Cawley and Talbot, "On Over-fitting in Model
Selection and Subsequent Selection Bias in Performance Evaluation", JMLR 2010.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError

Curves = Mapping[str, np.ndarray]
"""Values by metric, (runs, epochs); NaN behind the last epoch of a run that ended early."""


@dataclass(frozen=True)
class Habit:
    """How an epoch is chosen: on which part, by the sum of which metrics; without metrics it is the last one.

    A habit `by_metric` chooses another epoch for each metric that is reported. Those that look at the test part exist
    only so that their bias can be measured.
    """

    name: str
    part: str = ""
    criteria: tuple[str, ...] = ()
    by_metric: bool = False


HABITS = (
    Habit("best UA on validation", "valid", ("ua",)),
    Habit("last epoch"),
    Habit("best WA and best UA on test, apart", "test", by_metric=True),
    Habit("best WA + UA on test", "test", ("wa", "ua")),
    Habit("best weighted F1 on test", "test", ("weighted_f1",)),
)
"""What the public code of systems of this field does."""


def reported(habit: Habit, valid: Curves, test: Curves, metric: str) -> np.ndarray:
    """The test value of a metric at the epoch that the habit chooses in every run, (runs,).

    The first of equally good epochs counts. Raises `Ai4erError` where a run has no validation part to choose on.
    """
    values = test[metric]
    if habit.by_metric:
        return np.nanmax(values, axis=1)
    if not habit.criteria:
        chosen = (~np.isnan(values)).sum(1) - 1
    else:
        curves = valid if habit.part == "valid" else test
        score = np.sum([curves[name] for name in habit.criteria], axis=0)
        if np.isnan(score).all(axis=1).any():
            raise Ai4erError(f"{habit.name}: a run has no {habit.part} values: use a protocol with a validation part")
        chosen = np.nanargmax(score, axis=1)
    return values[np.arange(len(values)), chosen]


def selection_bias(valid: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Score of the best epoch on test minus that of the epoch chosen on validation, (runs,); never below 0.

    `valid` and `test` are (runs, epochs) of one metric.
    """
    curves = {"score": valid}, {"score": test}
    honest = reported(Habit("", "valid", ("score",)), *curves, "score")
    return reported(Habit("", "test", by_metric=True), *curves, "score") - honest
