"""Padding never counts in a summary."""

from __future__ import annotations

import torch

from ai4er.nn.pooling import masked_maximum, masked_mean


def test_summaries_are_those_of_the_real_steps() -> None:
    x = torch.randn(2, 7, 3)
    mask = torch.arange(7) < torch.tensor([[7], [4]])
    for row, steps in enumerate((7, 4)):
        torch.testing.assert_close(masked_mean(x, mask)[row], x[row, :steps].mean(0))
        torch.testing.assert_close(masked_maximum(x, mask)[row], x[row, :steps].amax(0))


def test_the_mean_of_nothing_is_zero() -> None:
    assert torch.equal(masked_mean(torch.ones(1, 3, 2), torch.zeros(1, 3, dtype=torch.bool)), torch.zeros(1, 2))
