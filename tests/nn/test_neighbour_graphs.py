"""Graphs over samples, against their definitions."""

from __future__ import annotations

import torch
from torch import Tensor

from ai4er.nn.neighbour_graphs import (
    adaptive_neighbours,
    cosine_neighbours,
    graph_form,
    heat_kernel,
    laplacian,
    nearest_neighbours,
)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def on_simplex(rows: Tensor) -> Tensor:
    """The nearest point of the probability simplex for every row, by bisection of the threshold."""
    low, high = rows.min(1, keepdim=True).values - 1, rows.max(1, keepdim=True).values
    for _ in range(200):
        middle = (low + high) / 2
        more = (rows - middle).clamp(min=0).sum(1, keepdim=True) > 1
        low, high = torch.where(more, middle, low), torch.where(more, high, middle)
    return (rows - high).clamp(min=0)


def squared(z: Tensor) -> Tensor:
    return (z.unsqueeze(0) - z.unsqueeze(1)).square().sum(-1)


def test_the_neighbour_graph_is_the_union_of_both_directions_without_self_loops() -> None:
    line = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    expected = torch.tensor([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    assert torch.equal(nearest_neighbours(line, 1), expected.float())
    assert torch.equal(nearest_neighbours(line, 9), 1 - torch.eye(4))


def test_the_heat_kernel_weighs_the_edges_and_nothing_else() -> None:
    line, graph = torch.tensor([[0.0], [1.0], [3.0]]), torch.tensor([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
    scale = (1 + 1 + 4 + 4) / 4
    expected = torch.tensor([[0, -1.0, 0], [-1.0, 0, -4.0], [0, -4.0, 0]]).div(scale).exp() * graph
    torch.testing.assert_close(heat_kernel(line, graph), expected)


def test_the_laplacian_is_that_of_the_symmetric_part() -> None:
    weights, z = random(6, 6).abs(), random(6, 2, seed=1)
    wanted = (squared(z) * weights).sum()
    torch.testing.assert_close(2 * (z.T @ laplacian(weights) @ z).trace(), wanted)
    torch.testing.assert_close(graph_form(z, (weights + weights.T) / 2), z.T @ laplacian(weights) @ z)


def test_adaptive_neighbours_are_the_projection_on_the_simplex_at_their_gamma() -> None:
    distances = squared(random(12, 3))
    weights, gamma = adaptive_neighbours(distances, 4)
    apart = distances.clone().fill_diagonal_(1e9)
    torch.testing.assert_close(weights, on_simplex(-apart / (2 * gamma.unsqueeze(1))), atol=1e-6, rtol=1e-6)


def test_adaptive_neighbours_are_at_most_so_many_and_share_one() -> None:
    weights, _ = adaptive_neighbours(squared(random(30, 3)), 5)
    assert int((weights > 0).sum(1).max()) <= 5
    assert bool((weights >= 0).all())
    torch.testing.assert_close(weights.sum(1), torch.ones(30, dtype=torch.float64))
    assert not weights.diagonal().any()


def test_equally_far_neighbours_share_evenly() -> None:
    weights, gamma = adaptive_neighbours(torch.ones(6, 6, dtype=torch.float64), 3)
    assert sorted(weights[0].tolist()) == [0, 0, 0, *[1 / 3] * 3]
    assert not gamma.any()


def test_neighbours_by_cosine_need_a_least_one_and_are_the_largest() -> None:
    angles = torch.tensor([0.995, 1.0, 0.98, 0.99]).double().arccos()
    z = 3 * torch.stack([angles.cos(), angles.sin()], dim=1)
    places, weights = cosine_neighbours(z, 0.99, 2)
    of_one = dict(zip(places[1].tolist(), weights[1].tolist()))
    assert of_one == {0: 0.995, 3: 0.99}, "0.98 is too little, and no sample is its own neighbour"
    assert weights.shape == (4, 2)


def test_edges_by_cosine_go_both_ways_before_the_cut() -> None:
    z = torch.randn(30, 3, generator=torch.Generator().manual_seed(0))
    places, weights = cosine_neighbours(z, 0.9, 29)
    edges = {(i, j) for i in range(30) for j, w in zip(places[i].tolist(), weights[i].tolist()) if w}
    unit = z / z.norm(dim=1, keepdim=True)
    wanted = {(i, j) for i, j in (unit @ unit.T >= 0.9).nonzero().tolist() if i != j}
    assert edges == wanted == {(j, i) for i, j in edges}


def test_of_equal_cosines_the_later_sample_comes_first_and_zeros_have_no_neighbour() -> None:
    z = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [3.0, 0.0]])
    places, weights = cosine_neighbours(z, 0.5, 2)
    assert places[[0, 1, 3]].tolist() == [[3, 1], [3, 0], [1, 0]]
    assert weights.tolist() == [[1, 1], [1, 1], [0, 0], [1, 1]]
