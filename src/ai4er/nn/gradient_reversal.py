"""Gradient reversal: one loss trains its classifier to tell, and what lies below to hide."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, factor: float) -> Tensor:
        context.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -context.factor * gradient, None


def reverse_gradient(x: Tensor, factor: float = 1.0) -> Tensor:
    """x itself, of any shape; its gradient is multiplied by -factor.

    Source: Ganin and Lempitsky, "Unsupervised Domain Adaptation by Backpropagation", ICML 2015, equations 11, 12.
    """
    reversed_: Tensor = _Reversal.apply(x, factor)
    return reversed_


def reversal_schedule(progress: float) -> float:
    """2 / (1 + exp(-10 p)) - 1: the factor is 0 at the start of the training, p = 0, and nearly 1 at its end, p = 1.

    Source: Ganin and Lempitsky, ICML 2015, the schedule of their training procedure with gamma = 10.

    >>> reversal_schedule(0.0), round(reversal_schedule(1.0), 4)
    (0.0, 0.9999)
    """
    return 2 / (1 + math.exp(-10 * progress)) - 1
