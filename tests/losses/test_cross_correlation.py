"""Cross-correlation is numpy's, and its loss is 0 for what is uncorrelated and 1 for what is said twice."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.losses.cross_correlation import cross_correlation, cross_correlation_loss


def representations(count: int, items: int = 40, features: int = 5) -> torch.Tensor:
    return torch.randn(count, items, features, generator=torch.Generator().manual_seed(0))


def test_it_is_the_correlation_of_every_feature_with_every_other() -> None:
    x, y = representations(2)
    wanted = np.corrcoef(x.T.numpy(), y.T.numpy())[:5, 5:]
    np.testing.assert_allclose(cross_correlation(3 * x + 1, y - 7).numpy(), wanted, atol=1e-4)


def test_the_loss_is_the_mean_over_ordered_pairs() -> None:
    z = representations(3)
    pairs = [cross_correlation(z[i], z[j]).square().sum() / 5 for i in range(3) for j in range(3) if i != j]
    torch.testing.assert_close(cross_correlation_loss(z), torch.stack(pairs).sum() / 6)


def test_the_same_independent_features_three_times_are_1_a_pair_and_uncorrelated_ones_0() -> None:
    q = torch.linalg.qr(torch.cat([torch.ones(64, 1), representations(1, 64, 15)[0]], 1))[0][:, 1:]
    assert float(cross_correlation_loss(torch.stack(3 * [q[:, :5]]))) == pytest.approx(1, abs=1e-2)
    apart = torch.stack([q[:, :5], q[:, 5:10], q[:, 10:]])
    assert float(cross_correlation_loss(apart)) == pytest.approx(0, abs=1e-6)


def test_chance_is_features_over_items() -> None:
    assert float(cross_correlation_loss(representations(2, 400, 40))) == pytest.approx(40 / 400, rel=0.1)


def test_one_representation_or_one_item_costs_nothing() -> None:
    assert cross_correlation_loss(representations(1)) == 0
    assert cross_correlation_loss(representations(3, items=1)) == 0
