"""Correlated label sets: labels come in sets, and most training items are ticked by people in a hurry.

Nine labels form three sets of three that always apply together. An item shows which set it is. At the middle
difficulty a fifth of the training items have the whole set; the others have its first label and two random labels of
the other sets. Taken one by one, a label of the set is ticked more rarely than a wrong one, so that no threshold on the
probability of each label finds the set; that the labels of a set occur together in the thorough items, and the wrong
ones with nothing, says which belong together: the likeliest whole set of labels is right. Validation and test are
complete. `difficulty` makes thorough items rarer.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import SIZES, labels_of, mistaken, record, shuffled, symbols
from ai4er.diagnostics.suite._solvers import decided, factors, part, pooled, targets
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.evaluation.metrics import metric
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace
from ai4er.records import Records

SPACE = LabelSpace(
    name="three_sets",
    kind="multi",
    names=("joy", "love", "optimism", "anger", "disgust", "contempt", "sadness", "fear", "pessimism"),
    source="generated: three sets of three labels",
)
SETS, SIZE, SYMBOLS, STEPS = 3, 3, 9, 8


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 8 symbols, three of them those of the set."""
    generator = np.random.default_rng([seed, 112])
    splits, sets = labels_of(SIZES, SETS, generator)
    shown = mistaken(sets, 0.03, SETS, generator)
    thorough = (splits != "train") | (generator.random(len(sets)) < 0.4 - 0.4 * difficulty)
    return Records(
        record(
            "correlated_labels", str(split), number,
            symbols(shuffled([kind] * 3, STEPS, range(SETS, SYMBOLS), generator), SYMBOLS),
            labels=_labels(int(own), bool(whole), generator),
        )
        for number, (split, own, kind, whole) in enumerate(zip(splits, sets, shown, thorough))
    )  # fmt: skip


def _labels(own: int, whole: bool, generator: np.random.Generator) -> tuple[str, ...]:
    members = np.arange(own * SIZE, (own + 1) * SIZE)
    if not whole:
        others = np.setdiff1d(np.arange(SPACE.size), members)
        members = np.append(members[:1], generator.choice(others, 2, replace=False))
    return tuple(SPACE.names[i] for i in np.sort(members))


def oracle(records: Records) -> np.ndarray:
    """All labels of the set that is shown."""
    found = factors(part(records, "test")).sum(1)[:, :SETS].argmax(1)
    return decided(found, SETS).repeat(SIZE, axis=1)


def blind(records: Records) -> np.ndarray:
    """Logistic regression of each label by itself; the threshold that the validation part likes best is put at 0.5."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    train, valid = part(records, "train"), part(records, "valid")
    model = OneVsRestClassifier(LogisticRegression(solver="newton-cholesky")).fit(pooled(train), targets(train, SPACE))
    seen, measure = model.predict_proba(pooled(valid)), metric("micro_f1", SPACE)
    thresholds = np.linspace(0.05, 0.95, 19)
    worth = [measure(Predictions.of(valid, seen, SPACE, threshold=float(t))) for t in thresholds]
    best = thresholds[int(np.argmax(worth))]
    return np.clip(0.5 + model.predict_proba(pooled(part(records, "test"))) - best, 0, 1)


MECHANISM = Mechanism(
    "which labels apply together", SPACE, scene, oracle, blind, gap=0.3, harder="blind", metric="micro_f1"
)
