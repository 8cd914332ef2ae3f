"""What a noisy protocol guarantees: the (epsilon, delta) of Gaussian mechanisms, alone and in many rounds.

A mechanism is (epsilon, delta) differentially private when no event is more than e^epsilon times as probable with one
data set as with a neighbouring one, but for a probability of delta (Dwork and Roth, "The algorithmic foundations of
differential privacy", 2014). The noise multiplier is the deviation of the noise over the sensitivity.
"""

from __future__ import annotations

import numpy as np

from ai4er.errors import Ai4erError

_ORDERS = np.unique(np.concatenate([np.arange(2, 64), np.round(np.geomspace(64, 4096, 40))])).astype(int)


def gaussian_delta(epsilon: float, noise_multiplier: float, rounds: float = 1) -> float:
    """The exact delta of `rounds` Gaussian mechanisms in a row at this epsilon.

    Phi(m / 2 - epsilon / m) - e^epsilon Phi(-m / 2 - epsilon / m) with m = sqrt(rounds) / noise multiplier. Rounds may
    be a mean that is not whole. Source: Balle and Wang, "Improving the Gaussian mechanism", ICML 2018, theorem 8.
    """
    from scipy.stats import norm

    _check(noise_multiplier, rounds)
    m = np.sqrt(rounds) / noise_multiplier
    below = np.exp(epsilon + norm.logcdf(-m / 2 - epsilon / m))
    return float(max(0.0, norm.cdf(m / 2 - epsilon / m) - below))


def gaussian_epsilon(delta: float, noise_multiplier: float, rounds: float = 1) -> float:
    """The exact epsilon of `rounds` Gaussian mechanisms in a row at this delta, the inverse of `gaussian_delta`."""
    from scipy.optimize import brentq

    _check_delta(delta)
    if gaussian_delta(0.0, noise_multiplier, rounds) <= delta:
        return 0.0
    high = 1.0
    while gaussian_delta(high, noise_multiplier, rounds) > delta:
        high *= 2
    return float(brentq(lambda epsilon: gaussian_delta(epsilon, noise_multiplier, rounds) - delta, 0, high))


def renyi_divergence(noise_multiplier: float, rate: float, orders: np.ndarray = _ORDERS) -> np.ndarray:
    """The Rényi divergence of one round in which everybody takes part with probability `rate`, one for each order.

    log(sum_k binomial(a, k) (1 - q)^(a - k) q^k exp(k (k - 1) / (2 z^2))) / (a - 1) for whole orders a > 1; the
    observer sees the sum of the round and does not know who took part.
    Source: Mironov, Talwar and Zhang, "Rényi differential privacy of the sampled Gaussian mechanism", 2019, eq. 6.
    """
    from scipy.special import gammaln, logsumexp

    _check(noise_multiplier, 1)
    if not 0 < rate <= 1:
        raise Ai4erError(f"sampling rate {rate}: give a share above 0 and up to 1")
    if rate == 1:
        return orders / (2 * noise_multiplier**2)
    found = []
    for order in orders:
        k = np.arange(order + 1)
        ways = gammaln(order + 1) - gammaln(k + 1) - gammaln(order - k + 1)
        terms = ways + (order - k) * np.log1p(-rate) + k * np.log(rate) + k * (k - 1) / (2 * noise_multiplier**2)
        found.append(logsumexp(terms) / (order - 1))
    return np.array(found)


def moments_epsilon(delta: float, noise_multiplier: float, rate: float, rounds: int) -> float:
    """An upper bound of epsilon for `rounds` rounds with sampled participants, by the moments accountant.

    The least over the orders of rounds * divergence + log((a - 1) / a) - (log delta + log a) / (a - 1).
    Source: Canonne, Kamath and Steinke, "The discrete Gaussian for differential privacy", 2020, proposition 12.
    """
    _check(noise_multiplier, rounds)
    _check_delta(delta)
    divergence = rounds * renyi_divergence(noise_multiplier, rate)
    bounds = divergence + np.log1p(-1 / _ORDERS) - (np.log(delta) + np.log(_ORDERS)) / (_ORDERS - 1)
    return float(max(0.0, bounds.min()))


def _check(noise_multiplier: float, rounds: float) -> None:
    if not noise_multiplier > 0 or not rounds > 0:
        raise Ai4erError(f"noise multiplier {noise_multiplier}, {rounds} rounds: both must be above 0")


def _check_delta(delta: float) -> None:
    if not 0 < delta < 1:
        raise Ai4erError(f"delta {delta}: give a probability between 0 and 1")
