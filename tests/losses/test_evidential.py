"""The evidential losses are the stated mathematics."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import t as student

from ai4er.losses.evidential import NormalInverseGamma, evidential_nll, evidential_regulariser, rating_moments


def some(shape: tuple[int, ...] = (5, 3)) -> NormalInverseGamma:
    draw = torch.Generator().manual_seed(0)
    gamma, upsilon, excess, beta = torch.randn(4, *shape, generator=draw, dtype=torch.float64)
    return NormalInverseGamma(gamma, upsilon.exp(), 1 + excess.exp(), beta.exp())


def one(gamma: float, upsilon: float, alpha: float, beta: float) -> NormalInverseGamma:
    return NormalInverseGamma(*(torch.tensor(value, dtype=torch.float64) for value in (gamma, upsilon, alpha, beta)))


def test_the_known_value() -> None:
    assert float(evidential_nll(torch.zeros(()), one(0, 1, 2, 1))) == pytest.approx(-math.log(0.375), abs=1e-5)


def test_it_is_the_student_t_density() -> None:
    found, y = some(), torch.randn(5, 3, dtype=torch.float64)
    scale = (found.beta * (1 + found.upsilon) / (found.upsilon * found.alpha)).sqrt()
    wanted = -student.logpdf(y, 2 * found.alpha, loc=found.gamma, scale=scale)
    np.testing.assert_allclose(evidential_nll(y, found), wanted, atol=1e-6)


def test_the_variances_are_those_of_the_formulas() -> None:
    found = some()
    total = found.beta * (1 + found.upsilon) / (found.upsilon * (found.alpha - 1))
    torch.testing.assert_close(found.variance, total)
    assert torch.equal(found.variance, found.aleatoric + found.epistemic)


def test_more_evidence_of_the_mean_lowers_the_epistemic_part_only() -> None:
    few, many = one(0, 1, 2, 1), one(0, 1e9, 2, 1)
    assert few.aleatoric == many.aleatoric
    assert many.epistemic < 1e-8 < few.epistemic


def test_the_regulariser_is_zero_at_mean_and_variance_and_grows_with_evidence() -> None:
    mean, variance = torch.tensor(2.0), torch.tensor(2.0)
    assert float(evidential_regulariser(mean, variance, one(2, 1, 2, 2))) == 0
    losses = [float(evidential_regulariser(mean, variance, one(0, upsilon, 2, 2))) for upsilon in (0.1, 1, 100)]
    assert losses == sorted(losses) and losses[0] > 0


def test_moments_are_those_of_the_real_raters() -> None:
    ratings = torch.randn(2, 4, 3, dtype=torch.float64)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    mean, variance = rating_moments(ratings, mask)
    for row, count in enumerate((4, 2)):
        torch.testing.assert_close(mean[row], ratings[row, :count].mean(0))
        torch.testing.assert_close(variance[row], ratings[row, :count].var(0))


def test_one_rater_has_no_variance() -> None:
    mean, variance = rating_moments(torch.ones(1, 3, 2), torch.tensor([[True, False, False]]))
    assert torch.equal(mean, torch.ones(1, 2)) and torch.equal(variance, torch.zeros(1, 2))
