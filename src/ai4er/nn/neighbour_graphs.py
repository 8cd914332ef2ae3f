"""Graphs over samples: nearest neighbours, heat kernel, adaptive neighbours, and their Laplacians."""

from __future__ import annotations

import torch
from torch import Tensor

_BLOCK = 1024  # samples compared with all others at a time


def nearest_neighbours(z: Tensor, count: int) -> Tensor:
    """1 where one of two different points (samples, features) is among the `count` nearest of the other, else 0."""
    distances = torch.cdist(z, z).fill_diagonal_(torch.inf)
    nearest = distances.topk(min(count, len(z) - 1), largest=False).indices
    graph = torch.zeros_like(distances).scatter_(1, nearest, 1.0)
    return torch.maximum(graph, graph.T)


def heat_kernel(z: Tensor, graph: Tensor) -> Tensor:
    """exp(-||z_i - z_j||^2 / t) on the edges of a 0/1 graph, where t is the mean squared length of the edges."""
    squared = torch.cdist(z, z).square()
    scale = (squared * graph).sum() / graph.sum().clamp(min=1)
    return graph * (-squared / scale.clamp(min=torch.finfo(z.dtype).tiny)).exp()


def laplacian(graph: Tensor) -> Tensor:
    """L = D - (S + S^T) / 2 of weights (samples, samples), D the degrees of the symmetric part."""
    symmetric = (graph + graph.T) / 2
    return symmetric.sum(1).diag() - symmetric


def graph_form(x: Tensor, graph: Tensor) -> Tensor:
    """X L X^T, (features, features), of a symmetric graph (samples, samples) over x (samples, features)."""
    return (x * graph.sum(1, keepdim=True)).T @ x - x.T @ (graph @ x)


def adaptive_neighbours(distances: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Rows s_i on the simplex that minimise sum_j d_ij s_ij + gamma_i s_ij^2 with `count` neighbours each.

    s_ij = max(0, (d_i(m+1) - d_ij) / (m d_i(m+1) - sum of the m smallest)) for sorted d_i, the sample itself left
    out; gamma_i is half of that denominator (clustering with adaptive neighbours, Nie et al., KDD 2014).
    distances (samples, samples) -> weights of the same shape, gamma (samples,).
    """
    count = min(count, len(distances) - 2)
    others = distances.clone().fill_diagonal_(torch.inf)
    near, where = others.topk(count + 1, largest=False)
    gaps = near[:, -1:] - near[:, :-1]
    total = gaps.sum(1, keepdim=True)
    equal = total <= torch.finfo(distances.dtype).eps * near[:, -1:].abs()
    shares = torch.where(equal, 1 / count, gaps / torch.where(equal, 1, total))
    return torch.zeros_like(distances).scatter_(1, where[:, :-1], shares), total.squeeze(1) / 2


def cosine_neighbours(z: Tensor, least: float, count: int) -> tuple[Tensor, Tensor]:
    """The `count` samples of largest cosine to each sample, among those whose cosine is at least `least`.

    z (samples, features) -> numbers of samples (samples, count), and their cosines rounded to six decimals; where
    there are fewer the cosine is 0. Of equal ones the sample of larger number comes first. A sample is no neighbour of
    itself, and a vector of zeros of none. Source: the graph of neural structured learning (Bui et al., WSDM 2018).
    """
    unit = torch.nn.functional.normalize(z.double(), dim=1)
    weights, places = [], []
    for first, rows in zip(range(0, len(z), _BLOCK), unit.split(_BLOCK)):
        cosines = (rows @ unit.T).round(decimals=6)
        own = torch.arange(len(rows), device=z.device)
        cosines[own, first + own] = 0
        best = (cosines * (cosines >= least)).flip(1).sort(dim=1, descending=True, stable=True)
        weights.append(best.values[:, :count])
        places.append(len(z) - 1 - best.indices[:, :count])
    return torch.cat(places), torch.cat(weights).to(z.dtype)
