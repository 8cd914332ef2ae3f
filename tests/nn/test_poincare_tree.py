"""Poincare embeddings of a tree: distances follow the tree."""

from __future__ import annotations

import torch

from ai4er.nn.poincare import distance
from ai4er.nn.poincare_tree import RIM, TreeEmbedding, descend, edge_gradient, edge_loss

CHAIN = ((), (0,), (1,), (2,))
"""anxious > apprehensive > afraid > terrified, direct edges only."""
BRANCHES = ((4, 6), (4, 6), (5, 6), (5, 6), (6,), (6,), ())
"""Leaves 0 and 1 below 4, leaves 2 and 3 below 5, both below 6; all edges with their transitive closure."""


def test_along_a_chain_of_labels_the_distances_add_up() -> None:
    points = TreeEmbedding(epochs=500).fit(CHAIN)
    steps = distance(points[:-1], points[1:])
    end_to_end = distance(points[0], points[-1])
    assert (steps > 0.5).all()
    assert end_to_end > 7
    assert abs(end_to_end - steps.sum()) < 0.02


def test_siblings_are_closer_than_cousins_and_parents_lie_nearer_to_the_origin() -> None:
    points = TreeEmbedding(epochs=600).fit(BRANCHES)
    away = distance(points[:, None], points[None])
    siblings, cousins = torch.stack([away[0, 1], away[2, 3]]), away[:2, 2:4]
    assert siblings.max() < cousins.min()
    radius = distance(points, torch.zeros_like(points))
    assert radius[:4].min() > radius[4:6].max() > radius[6]


def test_the_written_gradient_is_that_of_the_loss() -> None:
    generator = torch.Generator().manual_seed(0)
    points = torch.rand(7, 5, generator=generator, dtype=torch.float64) * 0.5 - 0.25
    edges = torch.tensor([(0, 4), (1, 6), (4, 6)])
    others = torch.tensor([[2, 3, 2], [5, 0, 2], [0, 1, 3]])
    there = torch.tensor([[True] * 3, [True] * 3, [False] * 3])
    points.requires_grad_()
    loss = edge_loss(points, edges, others, there)
    assert loss[2] == 0, "an edge without a negative has nothing to learn"
    (automatic,) = torch.autograd.grad(loss.sum(), points)
    torch.testing.assert_close(edge_gradient(points.detach(), edges, others, there), automatic)


def test_a_riemannian_step_is_short_near_the_rim_and_stays_inside() -> None:
    points = torch.tensor([[0.0, 0.0], [0.9, 0.0]], dtype=torch.float64)
    gradient = torch.tensor([[0.0, 1.0], [0.0, 1.0]], dtype=torch.float64)
    moved = (points - descend(points, gradient, 0.1))[:, 1]
    torch.testing.assert_close(moved, 0.1 / 4 * torch.tensor([1.0, (1 - 0.81) ** 2], dtype=torch.float64))
    assert descend(points, -1e6 * points, 1.0).norm(dim=1).max() <= 1 - RIM + 1e-12


def test_the_embedding_repeats_bit_for_bit_and_needs_no_global_seed() -> None:
    settings = TreeEmbedding(epochs=30)
    torch.manual_seed(1)
    first = settings.fit(BRANCHES)
    torch.manual_seed(2)
    assert torch.equal(first, settings.fit(BRANCHES))


def test_a_tree_without_edges_stays_near_the_origin() -> None:
    assert TreeEmbedding(dimension=3).fit(((), ())).abs().max() <= 1e-4
