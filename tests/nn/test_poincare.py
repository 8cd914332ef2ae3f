"""The Poincare ball: its maps undo each other, its distance is the hyperbolic one."""

from __future__ import annotations

import pytest
import torch

from ai4er.nn.poincare import MobiusLinear, distance, expmap0, logmap0, mobius_add, mobius_matvec, project


@pytest.fixture
def points() -> torch.Tensor:
    """40 points of the ball in double precision, norms from 0 to 0.99."""
    generator = torch.Generator().manual_seed(0)
    directions = torch.nn.functional.normalize(torch.randn(40, 6, generator=generator, dtype=torch.float64))
    return directions * torch.linspace(0, 0.99, 40, dtype=torch.float64).unsqueeze(1)


def test_the_distance_from_the_origin_is_twice_artanh_of_the_norm(points: torch.Tensor) -> None:
    found = distance(torch.zeros_like(points), points)
    torch.testing.assert_close(found, 2 * torch.atanh(points.norm(dim=1)))


def test_the_distance_is_the_arccosh_formula_symmetric_and_zero_on_the_diagonal(points: torch.Tensor) -> None:
    u, v = points[:, None], points[None]
    room = (1 - u.square().sum(-1)) * (1 - v.square().sum(-1))
    written = torch.arccosh(1 + 2 * (u - v).square().sum(-1) / room)
    found = distance(u, v)
    torch.testing.assert_close(found, written, atol=1e-6, rtol=1e-9)
    assert torch.equal(found, found.T)
    assert (found.diagonal() == 0).all()


def test_the_distance_does_not_change_when_both_points_are_moved_by_a_mobius_addition(points: torch.Tensor) -> None:
    moved = [mobius_add(points[20], part) for part in (points[:20], points[20:])]
    torch.testing.assert_close(distance(*moved), distance(points[:20], points[20:]))


def test_logmap0_undoes_expmap0_for_norms_below_three() -> None:
    tangent = torch.randn(50, 8, generator=torch.Generator().manual_seed(1))
    tangent = tangent / tangent.norm(dim=1, keepdim=True) * torch.linspace(0, 3, 50).unsqueeze(1)
    torch.testing.assert_close(logmap0(expmap0(tangent)), tangent, atol=1e-4, rtol=1e-3)


def test_mobius_addition_has_the_origin_as_identity_and_the_opposite_as_inverse(points: torch.Tensor) -> None:
    torch.testing.assert_close(mobius_add(torch.zeros_like(points), points), points)
    x, y = points[:20], points[20:]
    torch.testing.assert_close(mobius_add(-x, mobius_add(x, y)), y)
    torch.testing.assert_close(mobius_add(-y, y), torch.zeros_like(y), atol=1e-12, rtol=0)


def test_mobius_matvec_is_the_published_formula(points: torch.Tensor) -> None:
    matrix = torch.randn(3, 6, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    x = points[1:]
    mapped, norm = x @ matrix.T, x.norm(dim=1, keepdim=True)
    size = mapped.norm(dim=1, keepdim=True)
    written = torch.tanh(size / norm * torch.atanh(norm)) * mapped / size
    torch.testing.assert_close(mobius_matvec(matrix, x), written)
    torch.testing.assert_close(mobius_matvec(torch.eye(6, dtype=torch.float64), points), points)


def test_projection_moves_only_points_beyond_the_margin() -> None:
    x = torch.tensor([[0.3, 0.4], [3.0, 4.0]])
    torch.testing.assert_close(project(x), torch.tensor([[0.3, 0.4], [0.6 * 0.996, 0.8 * 0.996]]))


def test_gradients_at_the_origin_are_finite() -> None:
    layer = MobiusLinear(4, 3)
    layer(torch.zeros(2, 4)).sum().backward()
    for parameter in layer.parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()
    assert layer.bias.grad.abs().sum() > 0
