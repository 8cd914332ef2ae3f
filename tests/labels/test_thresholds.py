"""A label applies from the probability with the best F1."""

from __future__ import annotations

import numpy as np

from ai4er.evaluation.class_metrics import macro_f1
from ai4er.labels.thresholds import best_thresholds

GENERATOR = np.random.default_rng(0)


def drawn(share: float, items: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities whose mean is about `share`, and whether the label applies."""
    probabilities = GENERATOR.beta(2 * share, 2 * (1 - share), (items, 1))
    return (GENERATOR.random((items, 1)) < probabilities).astype(np.float32), probabilities


def test_the_threshold_is_near_half_of_the_best_f1_for_calibrated_probabilities() -> None:
    for share in (0.5, 0.1, 0.02):  # Lipton et al. 2014, theorem 1
        (threshold,), (f1,) = best_thresholds(*drawn(share))
        assert abs(threshold - f1 / 2) < 0.08, share


def test_the_f1_is_that_of_the_sets_it_makes() -> None:
    targets, probabilities = (np.concatenate(part, axis=1) for part in zip(drawn(0.3), drawn(0.05)))
    thresholds, f1 = best_thresholds(targets, probabilities)
    np.testing.assert_allclose(f1.mean(), macro_f1(targets, probabilities >= thresholds))
    assert f1.mean() > macro_f1(targets, probabilities >= 0.5)


def test_one_example_at_an_odd_place_does_not_move_it() -> None:
    targets, probabilities = drawn(0.2)
    before, _ = best_thresholds(targets, probabilities)
    targets[int(probabilities[:, 0].argmin())] = 1
    after, _ = best_thresholds(targets, probabilities)
    assert abs(before - after).max() <= 0.05


def test_a_label_without_an_example_applies_from_one_half() -> None:
    thresholds, f1 = best_thresholds(np.array([[1, 0], [0, 0]]), np.array([[0.9, 0.4], [0.2, 0.3]]))
    assert thresholds[1] == 0.5 and f1.tolist() == [1.0, 0.0] and 0.2 < thresholds[0] <= 0.9
