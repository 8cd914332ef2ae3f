"""One temperature makes probabilities mean what they say, and changes no decision."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.labels import Kind
from ai4er.prediction.calibration import best_temperature, tempered

GENERATOR = np.random.default_rng(0)
LOGITS = GENERATOR.normal(size=(4000, 3)) * 1.5


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_probabilities_are_those_of_logits_over_the_temperature(temperature: float) -> None:
    for kind, link in (("single", softmax), ("multi", sigmoid)):
        found = tempered(link(LOGITS), kind, temperature)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, link(LOGITS / temperature), atol=1e-6)
        assert (found.argmax(1) == LOGITS.argmax(1)).all()


def test_values_are_left_alone() -> None:
    assert tempered(LOGITS, "dimensions", 2.0) is LOGITS


@pytest.mark.parametrize(("kind", "overconfidence"), [("single", 2.0), ("single", 0.6), ("multi", 1.7)])
def test_the_temperature_takes_an_exaggeration_back(kind: Kind, overconfidence: float) -> None:
    link = softmax if kind == "single" else sigmoid
    truth = link(LOGITS)
    if kind == "single":
        targets = (truth.cumsum(1) < GENERATOR.random((len(truth), 1))).sum(1)
    else:
        targets = (GENERATOR.random(truth.shape) < truth).astype(float)
    assert best_temperature(link(overconfidence * LOGITS), targets, kind) == pytest.approx(overconfidence, rel=0.08)
