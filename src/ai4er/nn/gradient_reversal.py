"""Gradient reversal: one loss trains its classifier to tell, and what lies below to hide."""

from __future__ import annotations

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
