"""The Wasserstein distance of two samples: a metric, the same as SciPy's, and with the right gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from ai4er.losses.wasserstein import wasserstein_1, wasserstein_within_classes


def sample(seed: int, items: int, features: int = 3) -> torch.Tensor:
    return torch.randn(items, features, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_the_same_multiset_in_another_order_is_at_no_distance() -> None:
    x = sample(0, 20)
    torch.testing.assert_close(wasserstein_1(x, x.flip(0)), torch.zeros(3, dtype=torch.float64))


@pytest.mark.parametrize("shift", [-1.5, 0.25])
def test_a_shifted_copy_is_at_the_distance_of_the_shift(shift: float) -> None:
    x = sample(0, 20)
    torch.testing.assert_close(wasserstein_1(x, x + shift), torch.full((3,), abs(shift), dtype=torch.float64))


def test_it_is_symmetric() -> None:
    x, y = sample(0, 20), sample(1, 7)
    torch.testing.assert_close(wasserstein_1(x, y), wasserstein_1(y, x))


@pytest.mark.parametrize("items", [(20, 20), (20, 7), (1, 9), (1, 1)])
def test_it_is_that_of_scipy(items: tuple[int, int]) -> None:
    x, y = sample(0, items[0]), 0.5 + 2 * sample(1, items[1])
    wanted = [wasserstein_distance(x[:, k].numpy(), y[:, k].numpy()) for k in range(3)]
    np.testing.assert_allclose(wasserstein_1(x, y).numpy(), wanted)


def test_its_gradient_is_that_of_small_changes() -> None:
    x, y = sample(0, 5).requires_grad_(), sample(1, 4).requires_grad_()
    torch.autograd.gradcheck(lambda a, b: wasserstein_1(a, b).sum(), (x, y))


def test_a_difference_of_the_classes_is_none_of_the_groups() -> None:
    """One group has more of class 1, whose values are larger; inside each class the values are the same."""
    x = torch.tensor([[0.0], [1.0], [0.0], [1.0], [1.0]])
    classes, one = torch.tensor([0, 1, 0, 1, 1]), torch.tensor([True, True, False, False, False])
    assert float(wasserstein_1(x[one], x[~one])) > 0.1
    assert float(wasserstein_within_classes(x, classes, one, ~one)) == 0


def test_within_classes_it_is_the_mean_over_those_that_both_groups_have() -> None:
    x = torch.tensor([[0.0], [0.3], [1.0], [1.1], [9.0]])
    classes, one = torch.tensor([0, 0, 1, 1, 2]), torch.tensor([True, False, True, False, True])
    torch.testing.assert_close(wasserstein_within_classes(x, classes, one, ~one), torch.tensor(0.2))
    nobody = torch.zeros(5, dtype=torch.bool)
    assert float(wasserstein_within_classes(x, classes, one, nobody)) == 0
