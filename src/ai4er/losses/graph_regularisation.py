"""Neighbours of a graph should be alike in a hidden layer."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def neighbour_distance(h: Tensor, neighbours: Tensor, weights: Tensor) -> Tensor:
    """1/N sum over edges of a (1 - cos(h, h')), N the edges whose weight a is not 0; 0 where there is none.

    h and neighbours (edges, features): both ends of each edge; weights (edges,). A vector of zeros is at distance 1.
    Source: Bui et al., "Neural Graph Learning", WSDM 2018, equation 1, with the cosine distance.

    >>> import torch
    >>> one, other = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    >>> neighbour_distance(one, other, torch.tensor([1.0, 0.5])).item()
    0.25
    """
    distances = 1 - functional.cosine_similarity(h, neighbours, dim=-1)
    return (weights * distances).sum() / (weights != 0).sum().clamp(min=1)
