"""Annotator disagreement: the majority of the annotators has a habit, and the minority is right.

Five annotators vote on every training item, and the label is what most of them say. Three of them take an emotion for
the next one whenever it is shown loudly; two hear right. Validation and test have the right labels. Who learns the
majority's label is wrong about all that is loud, and so is who takes the average of the votes; who learns how far each
annotator (`raters`) can be trusted is not. `difficulty` is the share of loud items, from 0.4 to 0.9.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, mistaken, record, shuffled, symbols
from ai4er.diagnostics.suite._solvers import fitted
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

LOUD, SOFT = CLASSES.size, CLASSES.size + 1
SYMBOLS, STEPS = 10, 9
ANNOTATORS = ("careful1", "careful2", "hasty1", "hasty2", "hasty3")


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 9 symbols: three of the emotion, three of the manner, three fillers."""
    generator = np.random.default_rng([seed, 111])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    loud = generator.random(len(labels)) < 0.4 + 0.5 * difficulty
    made = []
    for number, (split, label, is_loud) in enumerate(zip(splits, labels, loud)):
        manner = LOUD if is_loud else SOFT
        shown = symbols(shuffled([label] * 3 + [manner] * 3, STEPS, range(SOFT + 1, SYMBOLS), generator), SYMBOLS)
        told = {"label": CLASSES.names[label]} if split != "train" else _votes(int(label), bool(is_loud), generator)
        made.append(record("annotator_disagreement", str(split), number, shown, **told))
    return Records(made)


def _votes(label: int, loud: bool, generator: np.random.Generator) -> dict[str, object]:
    habit = (label + 1) % CLASSES.size if loud else label
    heard = mistaken(np.array([label, label, habit, habit, habit]), 0.05, CLASSES.size, generator)
    votes = tuple(CLASSES.names[vote] for vote in heard)
    return {"label": max(CLASSES.names, key=votes.count), "votes": votes, "raters": ANNOTATORS}


def oracle(records: Records) -> np.ndarray:
    """The best model of what a careful annotator says."""
    trusted = Records(r.replace(label=r.votes[0]) if r.split == "train" else r for r in records)
    return fitted(trusted, CLASSES)


def blind(records: Records) -> np.ndarray:
    """The best model of the majority's label."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("which annotators can be trusted", CLASSES, scene, oracle, blind, gap=0.4, harder="blind")
