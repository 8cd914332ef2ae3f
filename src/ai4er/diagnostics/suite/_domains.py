"""A labelled source and an unlabelled target of which other items are tested."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, jittered, labels_of, records_of
from ai4er.diagnostics.suite._solvers import averages, part
from ai4er.records import Records

SIZES = {"train": 240, "valid": 60, "unlabelled": 240, "test": 200}
STEPS, JITTER = 6, 0.1

Draw = Callable[[np.ndarray, bool], np.ndarray]
"""Classes (items,), whether of the target -> factors (items, factors)."""


def domains(name: str, draw: Draw, generator: np.random.Generator) -> Records:
    """740 items of 6 steps; `train` and `valid` are of the corpus source, `unlabelled` and `test` of target."""
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    return domains_of(name, splits, labels, draw, generator)


def domains_of(
    name: str, splits: np.ndarray, labels: np.ndarray, draw: Draw, generator: np.random.Generator
) -> Records:
    """The same for splits and classes (items,) that are given."""
    target = np.isin(splits, ("unlabelled", "test"))
    centres = draw(labels, False)
    centres[target] = draw(labels, True)[target]
    made = records_of(name, splits, labels, jittered(centres, STEPS, JITTER, generator))
    return Records(
        record.replace(corpus=f"{name}_{'target' if moved else 'source'}") for record, moved in zip(made, target)
    )


def source_and_target(records: Records) -> tuple[np.ndarray, np.ndarray]:
    """Means over the steps of the training items and of the unlabelled ones."""
    return averages(part(records, "train")), averages(part(records, "unlabelled"))


def replaced(records: Records, split: str, centres: np.ndarray) -> Records:
    """The records with what those of a split show replaced by these factors, (items, factors), at every step."""
    found = iter(centres.astype(np.float32))
    return Records(
        r.replace(arrays={"scene": np.tile(next(found), (STEPS, 1))}) if r.split == split else r for r in records
    )


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of every factor."""
    return x.mean(0), x.std(0)
