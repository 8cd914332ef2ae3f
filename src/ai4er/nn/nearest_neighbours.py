"""Graphs that join every point to the points nearest to it."""

from __future__ import annotations

import torch
from torch import Tensor


def nearest_neighbours(points: Tensor, neighbours: int) -> Tensor:
    """Symmetric graph of 0 and 1, (points, points): i and j are joined if either is among the other's nearest.

    `points` is (points, features), the distance Euclidean, and no point is its own neighbour; with fewer
    than `neighbours` other points, all are joined.
    """
    away = torch.cdist(points, points).fill_diagonal_(torch.inf)
    nearest = away.topk(min(neighbours, len(points) - 1), largest=False).indices
    graph = torch.zeros_like(away).scatter_(1, nearest, 1.0)
    return torch.maximum(graph, graph.T)
