"""Bilinear pooling: an outer product over common places."""

from __future__ import annotations

import torch

from ai4er.nn.bilinear_pooling import bilinear_pooling


def maps(seed: int, channels: int = 3) -> torch.Tensor:
    return torch.randn(2, channels, 4, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_it_is_that_of_its_equation() -> None:
    p, q = maps(0), maps(1, 6)
    b = torch.zeros(2, 3, 6, dtype=torch.float64)
    for i in range(4):
        for j in range(5):
            b += p[:, :, i, j].unsqueeze(2) * q[:, :, i, j].unsqueeze(1) / 20
    rooted = (b.sign() * (b.abs() + 1e-8).sqrt()).flatten(1)
    torch.testing.assert_close(bilinear_pooling(p, q), rooted / rooted.norm(dim=1, keepdim=True))


def test_constant_maps_give_the_rooted_outer_product_of_unit_length() -> None:
    p, q = torch.tensor([1.0, -4.0]), torch.tensor([9.0, 0.0, 1.0])
    found = bilinear_pooling(*(x.view(1, -1, 1, 1).expand(-1, -1, 3, 3) for x in (p, q)))
    rooted = torch.tensor([[3.0, 0, 1], [-6, 0, -2]])
    torch.testing.assert_close(found.view(2, 3), rooted / rooted.norm(), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(1))


def test_places_may_be_permuted_in_both_maps_together_but_not_in_one() -> None:
    p, q = maps(0), maps(1)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(2))
    moved = [x.flatten(2)[:, :, order] for x in (p, q)]
    torch.testing.assert_close(bilinear_pooling(*moved), bilinear_pooling(p, q))
    assert not torch.allclose(bilinear_pooling(moved[0], q.flatten(2)), bilinear_pooling(p, q))


def test_it_is_symmetric_where_both_maps_are_the_same_only() -> None:
    p, q = maps(0), maps(1)
    same, other = (bilinear_pooling(p, x).view(2, 3, 3) for x in (p, q))
    torch.testing.assert_close(same, same.transpose(1, 2))
    assert not torch.allclose(other, other.transpose(1, 2))


def test_a_map_of_zeros_gives_zeros_and_finite_gradients() -> None:
    p = torch.zeros(1, 2, 3, 3, requires_grad=True)
    found = bilinear_pooling(p, torch.ones(1, 2, 3, 3))
    found.sum().backward()
    assert not found.any() and p.grad is not None and bool(torch.isfinite(p.grad).all())
