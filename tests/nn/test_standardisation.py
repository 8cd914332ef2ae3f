"""Standardisation measures what counts, and nothing else."""

from __future__ import annotations

import torch

from ai4er.nn.standardisation import Standardisation


def test_measured_features_have_mean_zero_and_deviation_one() -> None:
    x = 3 + 5 * torch.randn(40, 6, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.arange(6) < torch.randint(1, 7, (40, 1), generator=torch.Generator().manual_seed(1))
    made = Standardisation(4)
    made.measure([(x[:15], mask[:15]), (x[15:], mask[15:])])
    real = made(x)[mask]
    torch.testing.assert_close(real.mean(0), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(real.std(0, correction=0), torch.ones(4))


def test_padding_is_not_measured() -> None:
    x, mask = torch.randn(3, 5, 2), torch.arange(5) < torch.tensor([[5], [2], [3]])
    one, other = Standardisation(2), Standardisation(2)
    one.measure([(x, mask)])
    other.measure([(torch.where(mask.unsqueeze(-1), x, 100.0), mask)])
    torch.testing.assert_close(one.mean, other.mean)
    torch.testing.assert_close(one.deviation, other.deviation)


def test_a_constant_feature_is_only_centred() -> None:
    made = Standardisation(1)
    made.measure([(torch.full((9, 1), 0.1), torch.ones(9, dtype=torch.bool))])
    torch.testing.assert_close(made(torch.tensor([[0.1], [1.1]])), torch.tensor([[0.0], [1.0]]))


def test_without_data_it_is_the_identity() -> None:
    made, x = Standardisation(2), torch.randn(3, 2)
    made.measure([(x, torch.zeros(3, dtype=torch.bool))])
    assert torch.equal(made(x), x)
