"""Central moment discrepancy compares distributions, moment by moment."""

from __future__ import annotations

import pytest
import torch

from ai4er.losses.central_moment_discrepancy import central_moment_discrepancy


def sample(seed: int, items: int = 12) -> torch.Tensor:
    return torch.randn(items, 5, generator=torch.Generator().manual_seed(seed))


def test_equal_batches_differ_by_nothing() -> None:
    assert central_moment_discrepancy(sample(0), sample(0)).item() == pytest.approx(0, abs=1e-9)
    assert central_moment_discrepancy(sample(0), sample(0).flip(0)).item() == pytest.approx(0, abs=1e-4)


def test_it_is_symmetric() -> None:
    x, y = sample(0), sample(1, 7)
    torch.testing.assert_close(central_moment_discrepancy(x, y), central_moment_discrepancy(y, x))


def test_a_shift_counts_once_by_its_length() -> None:
    x, shift = sample(0), torch.tensor([3.0, 0.0, -4.0, 0.0, 0.0])
    assert central_moment_discrepancy(x, x + shift).item() == pytest.approx(5, rel=1e-4)


def test_it_is_the_sum_over_the_moments() -> None:
    x, y = sample(0), sample(1)
    moments = [x.mean(0) - y.mean(0)]
    moments += [((x - x.mean(0)) ** k).mean(0) - ((y - y.mean(0)) ** k).mean(0) for k in (2, 3, 4, 5)]
    expected = sum(difference.norm() for difference in moments)
    torch.testing.assert_close(central_moment_discrepancy(x, y), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("items", [1, 6])
def test_the_gradient_is_finite_where_the_bare_root_has_none(items: int) -> None:
    x = sample(0, items).requires_grad_()
    central_moment_discrepancy(x, x.detach().clone()).backward()
    assert x.grad is not None and x.grad.isfinite().all()
