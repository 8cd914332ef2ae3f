"""Slopes of features against their regression."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.nn.deltas import with_deltas


def test_deltas_are_the_slopes_of_lines_through_five_values() -> None:
    x = torch.randn(2, 3, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = with_deltas(x).numpy()
    assert np.array_equal(found[:, 0], x.numpy())
    for channel in (0, 1):
        for t in range(2, 10):
            slope = np.polyfit(np.arange(5), found[1, channel, 2, t - 2 : t + 3], 1)[0]
            assert found[1, channel + 1, 2, t] == pytest.approx(slope)


def test_what_stays_has_no_slope_and_what_rises_steadily_that_of_a_step() -> None:
    torch.testing.assert_close(with_deltas(torch.ones(1, 2, 4))[:, 1:], torch.zeros(1, 2, 2, 4), atol=1e-6, rtol=0)
    rising = with_deltas(torch.arange(12.0).view(1, 1, 12))
    torch.testing.assert_close(rising[0, 1, 0, 2:-2], torch.ones(8))
