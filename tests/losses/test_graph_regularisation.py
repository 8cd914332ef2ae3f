"""Neighbours lose by the angle between them, edges of weight 0 by nothing."""

from __future__ import annotations

import torch

from ai4er.losses.graph_regularisation import neighbour_distance


def edges(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    h, neighbours, weights = torch.randn(count, 5), torch.randn(count, 5), torch.rand(count)
    return h.requires_grad_(), neighbours.requires_grad_(), weights


def test_it_is_the_weighted_sum_over_the_number_of_edges() -> None:
    h, neighbours, weights = edges(7)
    angles = [1 - torch.dot(a, b) / (a.norm() * b.norm()) for a, b in zip(h, neighbours)]
    expected = sum(w * angle for w, angle in zip(weights, angles)) / 7
    torch.testing.assert_close(neighbour_distance(h, neighbours, weights), expected)


def test_vectors_of_one_direction_lose_nothing_and_a_vector_of_zeros_one() -> None:
    h, _, _ = edges(3)
    ones = torch.ones(3)
    torch.testing.assert_close(neighbour_distance(h, 4 * h, ones), torch.zeros(()), atol=1e-6, rtol=0)
    torch.testing.assert_close(neighbour_distance(h, 0 * h, ones), torch.ones(()))


def test_edges_of_weight_zero_change_neither_value_nor_gradient() -> None:
    h, neighbours, weights = edges(4)
    more = torch.cat([weights, torch.zeros(6)])
    found = []
    for rows, weight in ((slice(0, 4), weights), (torch.arange(10) % 4, more)):
        value = neighbour_distance(h[rows], neighbours[rows], weight)
        found.append((value.detach(), *torch.autograd.grad(value, (h, neighbours))))
    torch.testing.assert_close(found[0], found[1])


def test_without_an_edge_it_is_zero() -> None:
    h, neighbours, _ = edges(3)
    assert neighbour_distance(h, neighbours, torch.zeros(3)) == 0
    assert neighbour_distance(h[:0], neighbours[:0], torch.zeros(0)) == 0
