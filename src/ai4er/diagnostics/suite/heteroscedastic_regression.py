"""Heteroscedastic regression: most training values are rated carelessly, and the recording itself shows which.

Valence and arousal are each a sum over ten factors. A quarter of the recordings, those of good quality (the last
factor), are rated with hardly any error, the others with a large one. Least squares gives every rating the same weight
and learns mostly the errors; who gives each its own variance, and so weighs the good ones more, finds both sums.
Test ratings have no error, and validation ratings neither. `difficulty` is the size of the error.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import jittered, record
from ai4er.diagnostics.suite._solvers import averages, part, pooled, targets
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.labels import LabelSpace
from ai4er.records import Records

SPACE = LabelSpace(
    name="generated_dimensions", kind="dimensions", names=("valence", "arousal"), low=-3, high=3, source="generated"
)
SIZES = {"train": 200, "valid": 60, "test": 200}
FACTORS, STEPS, GOOD, PRECISE = 10, 4, 0.25, 0.1


def scene(seed: int, difficulty: float) -> Records:
    """460 items; ten factors and the quality, 1 or -1."""
    generator = np.random.default_rng([seed, 113])
    splits = np.repeat(list(SIZES), list(SIZES.values()))
    hidden = generator.standard_normal((len(splits), FACTORS))
    good = generator.random(len(splits)) < GOOD
    weights = np.linalg.qr(generator.standard_normal((FACTORS, SPACE.size)))[0]
    spread = np.where(good, PRECISE, 2 + 6 * difficulty) * (splits == "train")
    values = hidden @ weights + spread[:, None] * generator.standard_normal((len(splits), SPACE.size))
    shown = jittered(np.concatenate([hidden, 2.0 * good[:, None] - 1], axis=1), STEPS, 0.1, generator)
    return Records(
        record(
            "heteroscedastic_regression", str(splits[i]), i, shown[i],
            dimensions=dict(zip(SPACE.names, values[i].tolist())),
        )
        for i in range(len(splits))
    )  # fmt: skip


def oracle(records: Records) -> np.ndarray:
    """Least squares in which a rating weighs as much as its variance allows."""
    from sklearn.linear_model import LinearRegression

    train, test = part(records, "train"), part(records, "test")
    x = averages(train)
    weights = np.where(x[:, -1] > 0, 1.0, 1e-4)
    found: np.ndarray = LinearRegression().fit(x, targets(train, SPACE), weights).predict(averages(test))
    return found


def blind(records: Records) -> np.ndarray:
    """The better of ridge regression and a forest, to which all ratings are alike."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import RidgeCV

    train, valid, test = (part(records, split) for split in ("train", "valid", "test"))
    x, y = pooled(train), targets(train, SPACE)
    models = [RidgeCV(np.logspace(-2, 3, 11)), RandomForestRegressor(50, random_state=0)]
    seen, wanted = pooled(valid), targets(valid, SPACE)
    best = min((model.fit(x, y) for model in models), key=lambda m: float(np.square(m.predict(seen) - wanted).mean()))
    found: np.ndarray = best.predict(pooled(test))
    return found


MECHANISM = Mechanism("how sure each rating is", SPACE, scene, oracle, blind, gap=0.25, harder="blind", metric="ccc")
