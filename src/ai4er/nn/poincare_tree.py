"""Poincare embeddings: the nodes of a tree as points of the ball, from its edges alone.

Every node is drawn to its ancestors and pushed from the other nodes by Riemannian gradient descent:
general nodes come to lie near the origin, fine ones near the rim, and distances follow the tree.
Source: Nickel and Kiela, "Poincare Embeddings for Learning Hierarchical Representations", NeurIPS 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ai4er.nn.poincare import distance, project

RIM = 1e-5
"""No point has a norm above 1 - RIM."""


@dataclass(frozen=True)
class TreeEmbedding:
    """How a tree is embedded; the defaults are those of HypEmo (`negatives` 9 for its larger tree).

    `negatives` nodes are drawn for every edge; the first `burn_in` epochs use a tenth of the
    `learning_rate` and draw a node with probability ~ count^0.75, the later ones draw uniformly.
    """

    dimension: int = 100
    negatives: int = 4
    learning_rate: float = 0.025
    burn_in: int = 20
    epochs: int = 2000
    batch_size: int = 16
    seed: int = 7

    def fit(self, ancestors: Sequence[Sequence[int]]) -> Tensor:
        """Points (nodes, dimension) in float64; `ancestors[node]` are all nodes above it, in any order.

        The loss of an edge u -> v is d(u, v) + log sum over v' in {v, negatives} of exp(-d(u, v')),
        where a negative is neither u nor one of its ancestors (its descendants may be drawn).
        """
        generator = torch.Generator().manual_seed(self.seed)
        nodes = len(ancestors)
        edges = torch.tensor([(child, above) for child in range(nodes) for above in ancestors[child]])
        points = torch.empty(nodes, self.dimension, dtype=torch.float64).uniform_(-1e-4, 1e-4, generator=generator)
        if len(edges) == 0:
            return points
        candidates = 1 - torch.eye(nodes, dtype=torch.float64)
        candidates[edges[:, 0], edges[:, 1]] = 0
        often = torch.bincount(edges.flatten(), minlength=nodes).to(torch.float64).clamp_min(1) ** 0.75
        for epoch in range(self.epochs):
            warming = epoch < self.burn_in
            rate = self.learning_rate / 10 if warming else self.learning_rate
            order = edges[torch.randperm(len(edges), generator=generator)]
            others, there = self._draw(candidates * often if warming else candidates, order[:, 0], generator)
            for part in range(0, len(edges), self.batch_size):
                batch = slice(part, part + self.batch_size)
                points = descend(points, edge_gradient(points, order[batch], others[batch], there[batch]), rate)
        return points

    def _draw(self, chances: Tensor, children: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Negatives (edges, negatives), and which are real: a node may have no candidate at all."""
        rows = chances[children]
        there = rows.sum(1, keepdim=True) > 0
        drawn = torch.multinomial(rows + ~there, self.negatives, replacement=True, generator=generator)
        return drawn, there.expand_as(drawn)


def edge_loss(points: Tensor, edges: Tensor, others: Tensor, there: Tensor) -> Tensor:
    """-log of the chance, by distance, of the ancestor among the drawn nodes: (edges,).

    `edges` (edges, 2) are child and ancestor, `others` (edges, negatives) the drawn nodes and `there`
    which of them count.
    """
    away = distance(points[edges[:, :1]], points[torch.cat([edges[:, 1:], others], 1)])
    return away[:, 0] + (-away).masked_fill(_absent(there), -torch.inf).logsumexp(1)


def edge_gradient(points: Tensor, edges: Tensor, others: Tensor, there: Tensor) -> Tensor:
    """Euclidean gradient of the summed `edge_loss`, (nodes, dimension), in closed form.

    With a = 1 - ||u||^2, b = 1 - ||v||^2, s = ||u - v||^2 and g = 1 + 2 s / (a b), the distance has the
    gradient 4 ((1 + s / a) u - v) / (a b sqrt(g^2 - 1)) in u, and the mirrored one in v.
    """
    places = torch.cat([edges[:, 1:], others], 1)
    u, v = points[edges[:, :1]], points[places]
    a, b = 1 - u.square().sum(-1), 1 - v.square().sum(-1)
    s = (u - v).square().sum(-1)
    g = (1 + 2 * s / (a * b)).clamp_min(1 + 1e-12)
    steepness = (g.square() - 1).sqrt()
    chance = (-(g + steepness).log()).masked_fill(_absent(there), -torch.inf).softmax(1)
    chance[:, 0] -= 1
    pull = -4 * chance / (a * b * steepness)
    of_u = (pull * (1 + s / a)).sum(1, keepdim=True) * u[:, 0] - torch.bmm(pull.unsqueeze(1), v)[:, 0]
    of_v = pull.unsqueeze(-1) * ((1 + s / b).unsqueeze(-1) * v - u)
    gradient = torch.zeros_like(points).index_add_(0, edges[:, 0], of_u)
    return gradient.index_add_(0, places.flatten(), of_v.flatten(0, 1))


def _absent(there: Tensor) -> Tensor:
    """Which columns (ancestor, negatives) do not count."""
    return torch.nn.functional.pad(~there, (1, 0))


def descend(points: Tensor, gradient: Tensor, rate: float) -> Tensor:
    """One Riemannian step: the gradient is scaled by the inverse metric ((1 - ||x||^2) / 2)^2."""
    scale = (1 - points.square().sum(1, keepdim=True)).square() / 4
    return project(points - rate * scale * gradient, RIM)
