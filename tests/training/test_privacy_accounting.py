"""Privacy accounting against computations that share nothing with it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from ai4er.errors import Ai4erError
from ai4er.training.privacy_accounting import gaussian_delta, gaussian_epsilon, moments_epsilon, renyi_divergence


def integrated_delta(epsilon: float, noise: float, rounds: float) -> float:
    """max over events of P(event) - e^epsilon Q(event), the integral of what exceeds."""
    shift = np.sqrt(rounds) / noise

    def excess(x: float) -> float:
        return max(0.0, norm.pdf(x, shift) - np.exp(epsilon) * norm.pdf(x))

    begins = shift / 2 + epsilon / shift
    return quad(excess, begins, begins + 40, epsabs=1e-12, limit=400)[0]


@pytest.mark.parametrize("epsilon", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("noise", [0.7, 1.0, 4.0])
@pytest.mark.parametrize("rounds", [1, 7])
def test_delta_is_what_the_densities_integrate_to(epsilon: float, noise: float, rounds: int) -> None:
    assert gaussian_delta(epsilon, noise, rounds) == pytest.approx(integrated_delta(epsilon, noise, rounds), abs=1e-9)


def test_rounds_in_a_row_are_one_round_with_less_noise() -> None:
    assert gaussian_epsilon(1e-5, 3.0, rounds=9) == pytest.approx(gaussian_epsilon(1e-5, 1.0))


def test_epsilon_is_the_inverse_of_delta_and_zero_where_nothing_is_to_hide() -> None:
    assert gaussian_delta(gaussian_epsilon(1e-5, 0.8), 0.8) == pytest.approx(1e-5)
    assert gaussian_epsilon(0.9, 1.0) == 0


@pytest.mark.parametrize(("noise", "rate"), [(1.1, 0.01), (0.8, 0.1), (2.0, 0.5)])
@pytest.mark.parametrize("order", [2, 5, 16])
def test_the_divergence_of_a_sampled_round_is_the_integral_of_its_densities(
    noise: float, rate: float, order: int
) -> None:
    def density(x: float) -> float:
        return np.exp(norm.logpdf(x, 0, noise)) * ((1 - rate) + rate * np.exp((2 * x - 1) / (2 * noise**2))) ** order

    reach = order + 12 * noise
    integral = quad(density, -reach, reach, points=[0, order], limit=500)[0]
    wanted = np.log(integral) / (order - 1)
    assert renyi_divergence(noise, rate, np.array([order]))[0] == pytest.approx(wanted, rel=1e-6)


def test_the_moments_accountant_is_an_upper_bound_that_is_tight_without_sampling() -> None:
    exact = gaussian_epsilon(1e-5, 5.0, rounds=100)
    assert exact < moments_epsilon(1e-5, 5.0, 1.0, 100) < 1.1 * exact
    assert moments_epsilon(1e-5, 5.0, 0.1, 100) < 0.2 * exact


@pytest.mark.parametrize(
    ("noise", "rate", "rounds", "wanted"),
    [
        (1.1, 256 / 60000, 14063, 2.59666),
        (0.8, 0.01, 1000, 3.69561),
        (2.0, 0.1, 200, 3.67975),
        (1.0, 0.1, 200, 11.06310),
        (5.0, 1.0, 100, 10.72551),
    ],
)
def test_it_agrees_with_a_kept_library(noise: float, rate: float, rounds: int, wanted: float) -> None:
    """Values of RdpAccountant in dp-accounting 0.6.0 at delta 1e-5; it also tries orders that are not whole."""
    assert wanted - 1e-4 < moments_epsilon(1e-5, noise, rate, rounds) < 1.04 * wanted


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(Ai4erError, match="probability between 0 and 1"):
        gaussian_epsilon(0, 1.0)
    with pytest.raises(Ai4erError, match="both must be above 0"):
        moments_epsilon(1e-5, 0.0, 0.1, 10)
    with pytest.raises(Ai4erError, match="sampling rate 2"):
        renyi_divergence(1.0, 2.0)
