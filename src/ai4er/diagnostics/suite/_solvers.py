"""Reference solvers: what fitted models see of a scene, and how rules are written as scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ai4er.diagnostics.suite._scenes import SCENE
from ai4er.labels import LabelSpace
from ai4er.records import Records

View = Callable[[Records], np.ndarray]
"""Records -> what a model sees of each, (records, features)."""


def part(records: Records, split: str) -> Records:
    """The records of a split."""
    return records.where(lambda record: record.split == split)


def factors(records: Records, modality: str = SCENE) -> np.ndarray:
    """What the records show, (records, steps, factors)."""
    return np.stack([record.arrays[modality] for record in records])


def pooled(records: Records, modality: str = SCENE) -> np.ndarray:
    """Mean and standard deviation over the steps: what functionals and bags of frames know. (records, 2 * factors)."""
    shown = factors(records, modality).reshape(len(records), len(records[0].arrays[modality]), -1)
    found = np.concatenate([shown.mean(1), shown.std(1)], axis=1)
    return found.round(5)  # the last digits of a sum tell the order of its terms


def averages(records: Records) -> np.ndarray:
    """The mean over the steps, (records, factors)."""
    return factors(records).mean(1)


def targets(records: Records, space: LabelSpace) -> np.ndarray:
    """The targets of records that all have one."""
    return np.array([space.target(record) for record in records])


def decided(classes: np.ndarray, size: int) -> np.ndarray:
    """Decisions (records,) as scores (records, size)."""
    return np.eye(size)[np.asarray(classes, dtype=int)]


def fitted(records: Records, space: LabelSpace, view: View = pooled) -> np.ndarray:
    """Class probabilities of the test records, (records, classes), by the better of two models that see `view`.

    Logistic regression and a random forest learn the training part; the validation part chooses.
    Turns of a dialogue that say themselves what they are (`attributes["kind"]` is stated) are not learnt from.
    """
    (x, y), (seen, wanted) = (_examples(part(records, split), space, view) for split in ("train", "valid"))
    models = [model.fit(x, y) for model in _models(x.shape[1])]
    best = max(models, key=lambda model: float((model.predict(seen) == wanted).mean()))
    test = part(records, "test")
    scores = np.zeros((len(test), space.size))
    scores[:, best.classes_] = best.predict_proba(view(test))
    return scores


def _examples(records: Records, space: LabelSpace, view: View) -> tuple[np.ndarray, np.ndarray]:
    """What is seen of the labelled records, and their classes."""
    kept = [i for i, r in enumerate(records) if r.label is not None and r.attributes.get("kind") != "stated"]
    return view(records)[kept], np.array([space.index(str(records[i].label)) for i in kept])


def _models(features: int) -> tuple[Any, ...]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    solver = "newton-cholesky" if features < 80 else "lbfgs"  # the quicker one
    return (
        make_pipeline(StandardScaler(), LogisticRegression(solver=solver, max_iter=300)),
        RandomForestClassifier(30, random_state=0),
    )
