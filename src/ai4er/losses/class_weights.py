"""Weights that let every class count the same in a cross-entropy."""

from __future__ import annotations

import torch
from torch import Tensor


def class_weights(counts: Tensor) -> Tensor:
    """w_c proportional to 1 / n_c, with sum 1; 0 for a class without an example: counts (classes,) -> (classes,).

    >>> [round(float(w), 4) for w in class_weights(torch.tensor([1103, 1636, 1708, 1084]))]
    [0.2996, 0.202, 0.1935, 0.3049]
    """
    inverse = torch.where(counts > 0, 1 / counts.clamp(min=1), 0.0)
    return inverse / inverse.sum()
