"""Difference loss: representations that should say different things are made orthogonal."""

from __future__ import annotations

from torch import Tensor


def difference_loss(x: Tensor, y: Tensor) -> Tensor:
    """mean over the batch of |X Y^T|_F^2, X (batch, steps, features) and Y (batch, other steps, features).

    0 where the row spaces are orthogonal. Steps that are zero (padding) add nothing.

    >>> import torch
    >>> difference_loss(torch.ones(1, 2, 2), torch.ones(1, 2, 2)).item()
    16.0
    """
    return (x @ y.transpose(1, 2)).square().sum((1, 2)).mean()
