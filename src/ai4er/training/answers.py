"""What a fitted system answers, under each of the conditions that it names."""

from __future__ import annotations

from collections.abc import Sequence

from ai4er.evaluation.predictions import Predictions
from ai4er.prediction.items import Unit, flatten, withhold
from ai4er.prediction.predict import Answer, predict
from ai4er.records import Records
from ai4er.systems.base import System

FULL = "full"
"""The one condition of a system that names none."""


def evaluate(system: System, units: Sequence[Unit], batch_size: int = 32) -> dict[str, Predictions]:
    """The predictions for the labelled items, by condition (`full` where the system has none)."""
    return {name: predictions for name, (predictions, _) in answers(system, units, batch_size).items()}


def answers(system: System, units: Sequence[Unit], batch_size: int = 32) -> dict[str, tuple[Predictions, Answer]]:
    """The predictions and the whole answer of the system, by condition."""
    found = {}
    for name, names in (system.conditions or {FULL: ()}).items():
        given = [withhold(unit, names) if isinstance(unit, list) else withhold([unit], names)[0] for unit in units]
        found[name] = answer(system, given if names else units, batch_size)
    return found


def answer(system: System, units: Sequence[Unit], batch_size: int = 32) -> tuple[Predictions, Answer]:
    """The predictions for the labelled items, and the whole answer of the system, for the units as they are."""
    records = Records(item.record for item in flatten(units))
    found = predict(system, units, batch_size)
    return Predictions.of(records, found.scores, system.space, found.uncertainty, system.thresholds()), found
