"""Bounds of mutual information against Gaussians, whose information is known."""

from __future__ import annotations

import functools
import math

import pytest
import torch
from torch import Tensor

from ai4er.nn.mutual_information import MutualInformationLowerBound, MutualInformationUpperBound


def gaussians(rho: float, items: int, seed: int) -> tuple[Tensor, Tensor]:
    x, other = torch.randn(2, items, 1, generator=torch.Generator().manual_seed(seed))
    return x, rho * x + math.sqrt(1 - rho**2) * other


def learnt_lower(rho: float) -> float:
    torch.manual_seed(0)
    bound = MutualInformationLowerBound(1, 1, 32)
    adam = torch.optim.Adam(bound.parameters(), 1e-2)
    for step in range(150):
        loss = -bound(*gaussians(rho, 32, step))
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        return float(bound(*gaussians(rho, 300, 1000)))


def test_the_lower_bound_approaches_the_information_of_gaussians_and_is_zero_without() -> None:
    assert learnt_lower(0.9) == pytest.approx(-0.5 * math.log(1 - 0.81), abs=0.15)
    assert abs(learnt_lower(0.0)) < 0.05


def test_the_lower_bound_is_its_formula() -> None:
    bound = MutualInformationLowerBound(1, 1, 4)
    x, y = gaussians(0.5, 3, 0)

    def statistic(i: int, j: int) -> float:
        return 10 * math.tanh(float(bound.statistic(torch.cat([x[i], y[j]]))) / 10)

    joint = sum(statistic(i, i) for i in range(3)) / 3
    marginal = sum(math.exp(statistic(i, j)) for i in range(3) for j in range(3) if i != j) / 6
    assert float(bound(x, y)) == pytest.approx(joint - math.log(marginal), abs=1e-5)
    assert float(bound(x[:1], y[:1])) == 0
    others = sum(math.exp(statistic(i, j)) for i in (0, 1) for j in (1, 2))
    found = bound(x[:2], y[:2], y[1:])
    assert float(found) == pytest.approx(sum(statistic(i, i) for i in (0, 1)) / 2 - math.log(others / 4), abs=1e-5)


@functools.cache
def learnt_upper(rho: float) -> MutualInformationUpperBound:
    torch.manual_seed(0)
    bound = MutualInformationUpperBound(1, 1, 16)
    adam = torch.optim.Adam(bound.parameters(), 3e-2)
    for step in range(80):
        loss = bound.unlikelihood(*gaussians(rho, 128, step))
        adam.zero_grad()
        loss.backward()
        adam.step()
    return bound


def test_the_upper_bound_is_not_below_the_information_and_is_its_formula() -> None:
    bound = learnt_upper(0.8)
    x, y = gaussians(0.8, 500, 1000)
    with torch.no_grad():
        found = float(bound(x, y))
        mean, precision = bound._moments(x)
        log_q = -((y.T - mean).square() * precision - precision.log()) / 2  # (x, y)
        assert found == pytest.approx(float(log_q.diagonal().mean() - log_q.mean()), abs=1e-4)
    assert found > -0.5 * math.log(1 - 0.64) - 0.05


def test_its_gradient_makes_independent() -> None:
    bound = learnt_upper(0.8)
    x, y = gaussians(0.8, 500, 1000)
    y.requires_grad_()
    bound(x, y).backward()
    moved = (y - 50 * y.grad).detach()

    def correlation(values: Tensor) -> float:
        return float(torch.corrcoef(torch.cat([x, values], 1).T)[0, 1])

    assert correlation(moved) < correlation(y.detach()) - 0.02
