"""Graphs whose edges are learned: the normalised adjacency of a graph convolution, and where it starts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.electrodes import SEED_CHANNELS, distances

MUSE_CHANNELS = ("TP9", "AF7", "AF8", "TP10")


def symmetric_normalisation(edges: Tensor) -> Tensor:
    """D^-1/2 (ReLU(A) + I) D^-1/2 of a symmetric A, (..., nodes, nodes); D is the row sum of the middle part.

    Symmetric, with eigenvalues in [-1, 1]; the identity where A has no positive entry off its diagonal.
    Source: Kipf and Welling, "Semi-Supervised Classification with Graph Convolutional Networks", 2017.

    >>> symmetric_normalisation(torch.tensor([[0.0, 3.0], [3.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.75, 0.25]]
    """
    loops = torch.eye(edges.shape[-1], dtype=edges.dtype, device=edges.device)
    connected = edges.relu() + loops
    scale = connected.sum(-1).rsqrt()
    return connected * scale.unsqueeze(-1) * scale.unsqueeze(-2)


def inverse_square_prior(apart: Tensor, kept: float = 0.1, rest: float = 0.01) -> Tensor:
    """A_ij = min(1, (r / d_ij)^2) where that reaches `kept`, else `rest`; r is the usual nearest distance.

    r is the median over all nodes of the distance to the nearest other one, so that direct neighbours start
    near 1; the diagonal is 1. `rest` is above zero because a ReLU passes no gradient to an edge that starts at 0.
    apart (nodes, nodes) -> (nodes, nodes).

    >>> inverse_square_prior(torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 9.0], [2.0, 9.0, 0.0]])).tolist()
    [[1.0, 1.0, 0.25], [1.0, 1.0, 0.009999999776482582], [0.25, 0.009999999776482582, 1.0]]
    """
    itself = torch.eye(len(apart), dtype=torch.bool, device=apart.device)
    apart = apart.masked_fill(itself, float("inf"))
    weights = (apart.amin(1).median() / apart).square().clamp(max=1)
    return torch.where(weights >= kept, weights, rest).masked_fill(itself, 1.0)


def electrode_prior(channels: int) -> Tensor:
    """Where the learned adjacency of a cap with this many electrodes starts, (channels, channels).

    62 are the channels of SEED and 4 those of a Muse headband, in their order: `inverse_square_prior` of the
    distances. The places of other caps are not known: 1 on the diagonal and 1 / channels elsewhere.

    >>> electrode_prior(2).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    known = {len(names): names for names in (SEED_CHANNELS, MUSE_CHANNELS)}
    if channels not in known:
        return torch.full((channels, channels), 1 / channels).fill_diagonal_(1.0)
    return inverse_square_prior(torch.from_numpy(distances(known[channels])).float())


class LearnedGraph(nn.Module):
    """A_hat = D^-1/2 (ReLU(A) + I) D^-1/2 with a learned symmetric A over the nodes.

    `prior` (nodes, nodes) is where A starts; with `guest` one more node at the end is joined to all of them.
    forward: present (items,) booleans, or None without that node -> (nodes, nodes) or (items, nodes, nodes).
    For an item without the guest that node has no edge, and the others are as if it were not there.
    """

    def __init__(self, prior: Tensor, guest: bool) -> None:
        super().__init__()
        self.adjacency = nn.Parameter(prior.clone())
        self.guest_edges = nn.Parameter(torch.ones(len(prior) + 1)) if guest else None

    def learned(self) -> Tensor:
        """A, (nodes, nodes)."""
        nodes = (self.adjacency + self.adjacency.T) / 2
        if self.guest_edges is None:
            return nodes
        rows = torch.cat([nodes, self.guest_edges[:-1].unsqueeze(1)], dim=1)
        return torch.cat([rows, self.guest_edges.unsqueeze(0)])

    def forward(self, present: Tensor | None) -> Tensor:
        edges = self.learned()
        if present is None:
            return symmetric_normalisation(edges)
        joined = torch.ones(2, len(edges), device=edges.device)
        joined[0, -1] = 0
        return symmetric_normalisation(edges * joined.unsqueeze(1) * joined.unsqueeze(2))[present.long()]


def convolve(a_hat: Tensor, x: Tensor) -> Tensor:
    """A_hat x over the nodes: a_hat ([items,] nodes, nodes), x (items, nodes, time, features)."""
    return (a_hat @ x.flatten(2)).view_as(x)
