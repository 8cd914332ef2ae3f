"""RankNet: which pairs count, what they cost, and what does not matter."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ai4er.losses.ranking import ranknet_loss


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_it_is_the_mean_over_the_pairs_that_are_far_enough_apart() -> None:
    scores, values = random(6, 2), random(6, 2, seed=1)
    values[2, 0] = torch.nan
    costs = [
        math.log1p(math.exp(float(scores[j, k] - scores[i, k])))
        for k in range(2)
        for i in range(6)
        for j in range(6)
        if values[i, k] - values[j, k] > 0.5
    ]
    assert float(ranknet_loss(scores, values, 0.5)) == pytest.approx(sum(costs) / len(costs))


def test_equal_scores_cost_the_logarithm_of_two_and_pairs_within_the_margin_nothing() -> None:
    values = torch.tensor([[1.0], [2.0], [3.0]])
    assert float(ranknet_loss(torch.ones(3, 1), values, 1.5)) == pytest.approx(math.log(2))
    assert float(ranknet_loss(random(3, 1), values.double(), 2.0)) == 0


def test_only_differences_of_scores_and_values_count() -> None:
    scores, values = random(6, 1).requires_grad_(), random(6, 1, seed=1)
    loss = ranknet_loss(scores, values, 0.3)
    torch.testing.assert_close(ranknet_loss(scores + 7, values - 3, 0.3), loss)
    loss.backward()
    assert float(scores.grad.sum()) == pytest.approx(0, abs=1e-12)


def test_both_directions_of_a_pair_share_one_probability() -> None:
    scores = random(2, 1)
    up, down = (
        float(ranknet_loss(scores, values, 0.0)) for values in (torch.tensor([[1], [0]]), torch.tensor([[0], [1]]))
    )
    assert math.exp(-up) + math.exp(-down) == pytest.approx(1)
