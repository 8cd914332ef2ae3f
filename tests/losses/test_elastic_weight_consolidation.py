"""Elastic weight consolidation: Fisher information of a model whose own is known, and the penalty's gradient."""

from __future__ import annotations

import torch

from ai4er.losses.elastic_weight_consolidation import diagonal_fisher, quadratic_penalty


def test_the_information_on_the_mean_of_a_gaussian_is_one_over_its_variance() -> None:
    """log p = -(x - m)^2 / (2 s^2), so that F = E (x - m)^2 / s^4 = 1 / s^2."""
    mean, idle, deviation = torch.zeros(1, requires_grad=True), torch.ones(2, requires_grad=True), 0.5
    x = deviation * torch.randn(800, generator=torch.Generator().manual_seed(0))
    fisher = diagonal_fisher((-((one - mean).square() / (2 * deviation**2)).sum() for one in x), [mean, idle])
    torch.testing.assert_close(fisher[0], torch.tensor([4.0]), atol=0.6, rtol=0)
    assert not fisher[1].any()


def test_nothing_is_paid_at_the_anchor_and_the_pull_is_the_information_times_the_way() -> None:
    anchor = [torch.randn(3), torch.randn(2, 2)]
    fisher = [torch.rand(3), torch.rand(2, 2)]
    here = [p.clone().requires_grad_() for p in anchor]
    assert float(quadratic_penalty(here, anchor, fisher).detach()) == 0
    there = [(p + 2).requires_grad_() for p in anchor]
    quadratic_penalty(there, anchor, fisher).backward()
    for p, f in zip(there, fisher):
        torch.testing.assert_close(p.grad, 2 * f)
