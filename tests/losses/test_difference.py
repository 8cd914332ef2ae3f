"""The difference loss measures what two representations share."""

from __future__ import annotations

import pytest
import torch

from ai4er.losses.difference import difference_loss


def test_orthogonal_row_spaces_share_nothing() -> None:
    left, right = torch.randn(3, 5, 8), torch.randn(3, 5, 8)
    left[..., 4:], right[..., :4] = 0, 0
    assert difference_loss(left, right) == 0


def test_doubling_one_factor_quadruples_it() -> None:
    x, y = torch.randn(3, 5, 8), torch.randn(3, 6, 8)
    torch.testing.assert_close(difference_loss(2 * x, y), 4 * difference_loss(x, y))


def test_it_is_the_mean_over_the_batch() -> None:
    assert difference_loss(torch.ones(1, 2, 2), torch.ones(1, 2, 2)).item() == 16
    x = torch.cat([torch.ones(1, 2, 2), torch.zeros(1, 2, 2)])
    assert difference_loss(x, x).item() == pytest.approx(8)


def test_padded_steps_that_are_zero_add_nothing() -> None:
    x, y = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    padded = [torch.cat([part, torch.zeros(2, 5, 4)], dim=1) for part in (x, y)]
    torch.testing.assert_close(difference_loss(*padded), difference_loss(x, y))
