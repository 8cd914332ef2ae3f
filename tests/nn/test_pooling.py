"""Padding never counts in a summary."""

from __future__ import annotations

import torch

from ai4er.nn.pooling import masked_maximum, masked_mean, masked_softmax


def test_summaries_are_those_of_the_real_steps() -> None:
    x = torch.randn(2, 7, 3)
    mask = torch.arange(7) < torch.tensor([[7], [4]])
    for row, steps in enumerate((7, 4)):
        torch.testing.assert_close(masked_mean(x, mask)[row], x[row, :steps].mean(0))
        torch.testing.assert_close(masked_maximum(x, mask)[row], x[row, :steps].amax(0))


def test_the_mean_of_nothing_is_zero() -> None:
    assert torch.equal(masked_mean(torch.ones(1, 3, 2), torch.zeros(1, 3, dtype=torch.bool)), torch.zeros(1, 2))


def test_shares_are_those_among_the_real_steps() -> None:
    scores, mask = torch.randn(3, 7), torch.arange(7) < torch.tensor([[7], [4], [0]])
    found = masked_softmax(scores, mask)
    torch.testing.assert_close(found[1, :4], scores[1, :4].softmax(0))
    torch.testing.assert_close(found.sum(1), torch.tensor([1.0, 1.0, 0.0]))
    assert not found[~mask].any()
