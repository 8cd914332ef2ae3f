"""A mean over an interval is that of its steps."""

from __future__ import annotations

import torch

from ai4er.nn.interval_means import interval_means


def test_every_interval_has_the_mean_of_its_steps_and_an_empty_one_zero() -> None:
    x = torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0))
    starts, ends = torch.tensor([[0, 4, 5], [8, 2, 0]]), torch.tensor([[9, 6, 5], [12, 3, 1]])
    found = interval_means(x, starts, ends)
    for row in range(2):
        for place in range(3):
            steps = x[row, starts[row, place] : ends[row, place]]
            expected = steps.mean(0) if len(steps) else torch.zeros(3)
            torch.testing.assert_close(found[row, place], expected)
