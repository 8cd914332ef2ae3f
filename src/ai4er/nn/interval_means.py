"""Means over intervals of a sequence: of words, syllables or vowels."""

from __future__ import annotations

import torch
from torch import Tensor


def interval_means(x: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """The mean of x_t over start <= t < end: x (batch, time, features) -> (batch, intervals, features).

    starts and ends (batch, intervals) count steps, ends before the first step behind it; 0 for an empty interval.

    >>> interval_means(torch.tensor([[[1.0], [3.0], [9.0]]]), torch.tensor([[0, 2]]), torch.tensor([[2, 3]]))
    tensor([[[2.],
             [9.]]])
    """
    steps = torch.arange(x.shape[1], device=x.device)
    inside = (steps >= starts.unsqueeze(-1)) & (steps < ends.unsqueeze(-1))
    shares = inside / inside.sum(-1, keepdim=True).clamp(min=1)
    return shares.to(x.dtype) @ x
