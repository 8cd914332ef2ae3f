"""Margin loss: a class that is there should be surely said to be, and one that is not there not quite."""

from __future__ import annotations

from torch import Tensor


def margin_loss(values: Tensor, targets: Tensor, upper: float = 0.9, lower: float = 0.1, absent: float = 0.5) -> Tensor:
    """mean over the items of sum_c [ y max(0, upper - v)^2 + absent (1 - y) max(0, v - lower)^2 ].

    values v in [0, 1] and targets y, which may be soft, (items, classes) both -> a scalar.
    Source: Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules", NIPS 2017, equation 4.

    >>> import torch
    >>> round(float(margin_loss(torch.tensor([[0.4, 0.6]]), torch.tensor([[1.0, 0.0]]))), 4)
    0.375
    """
    missed = (upper - values).clamp(min=0).square()
    imagined = (values - lower).clamp(min=0).square()
    return (targets * missed + absent * (1 - targets) * imagined).sum(1).mean()
