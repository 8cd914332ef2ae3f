"""The evidential losses are the stated mathematics."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import t as student

from ai4er.losses.evidential import Evidence, evidence_regulariser, negative_log_likelihood, ratings_likelihood


def some_evidence(batch: int = 5, names: int = 3, seed: int = 0) -> Evidence:
    return Evidence.of(torch.randn(batch, 4 * names, generator=torch.Generator().manual_seed(seed)).double())


def one(gamma: float, upsilon: float, alpha: float, beta: float) -> Evidence:
    return Evidence(*(torch.tensor([[value]]) for value in (gamma, upsilon, alpha, beta)))


def test_the_known_value() -> None:
    found = negative_log_likelihood(torch.zeros(1, 1), one(0, 1, 2, 1))
    assert float(found) == pytest.approx(-math.log(0.375), abs=1e-5)


def test_it_is_the_student_t_density() -> None:
    e, y = some_evidence(), torch.randn(5, 3).double()
    scale = (e.beta * (1 + e.upsilon) / (e.upsilon * e.alpha)).sqrt()
    wanted = -student.logpdf(y, 2 * e.alpha, loc=e.gamma, scale=scale)
    np.testing.assert_allclose(negative_log_likelihood(y, e), wanted, atol=1e-6)


@pytest.mark.parametrize("size", [0.0, 30.0, -30.0, -200.0])
def test_any_output_gives_positive_finite_uncertainties(size: float) -> None:
    e = Evidence.of(torch.full((1, 4), size))
    assert e.upsilon > 0 and e.alpha > 1 and e.beta > 0
    torch.testing.assert_close(e.variance, e.aleatoric + e.epistemic)


def test_more_evidence_of_the_mean_lowers_the_epistemic_part_only() -> None:
    few, many = one(0, 1, 2, 1), one(0, 1e6, 2, 1)
    assert few.aleatoric == many.aleatoric
    assert many.epistemic < 1e-5


def test_raters_are_averaged_and_padding_does_not_count() -> None:
    e, ratings = some_evidence(1), torch.randn(1, 4, 3).double()
    mask = torch.ones(1, 4, dtype=torch.bool)
    whole = ratings_likelihood(ratings, mask, e)
    twice = ratings_likelihood(ratings.repeat(1, 2, 1), mask.repeat(1, 2), e)
    torch.testing.assert_close(whole, twice)
    padded = torch.cat([ratings, torch.full((1, 2, 3), 9.0)], 1)
    torch.testing.assert_close(ratings_likelihood(padded, torch.arange(6)[None] < 4, e), whole)
    torch.testing.assert_close(
        ratings_likelihood(ratings[:, :1], mask[:, :1], e), negative_log_likelihood(ratings[:, 0], e)
    )
    mean = ratings.mean(1, keepdim=True)
    assert not torch.allclose(ratings_likelihood(mean, mask[:, :1], e), whole)


def test_the_regulariser_is_zero_at_mean_and_variance_and_grows_with_evidence() -> None:
    ratings = torch.tensor([[[1.0], [3.0]]])
    mask = torch.ones(1, 2, dtype=torch.bool)
    assert float(evidence_regulariser(ratings, mask, one(2, 1, 2, 2))) == 0
    unsure, sure = one(0, 1, 2, 2), one(0, 100, 2, 2)
    assert evidence_regulariser(ratings, mask, sure) > evidence_regulariser(ratings, mask, unsure)


def test_one_rater_has_no_variance_and_a_finite_loss() -> None:
    found = evidence_regulariser(torch.ones(1, 1, 1), torch.ones(1, 1, dtype=torch.bool), one(1, 1, 2, 1))
    assert float(found) == pytest.approx(0.5)
