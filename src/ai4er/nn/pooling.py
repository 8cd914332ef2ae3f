"""Summaries of a sequence over its real steps: padding never counts."""

from __future__ import annotations

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean over the real steps: x (batch, time, features), mask (batch, time) -> (batch, features).

    Zero for a sequence without a real step.
    """
    weights = mask.unsqueeze(-1).to(x.dtype)
    return (x * weights).sum(1) / weights.sum(1).clamp(min=1)


def masked_maximum(x: Tensor, mask: Tensor) -> Tensor:
    """Maximum over the real steps: x (batch, time, features), mask (batch, time) -> (batch, features).

    Minus infinity for a sequence without a real step.
    """
    return x.masked_fill(~mask.unsqueeze(-1), float("-inf")).amax(1)


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last axis among the real steps, (..., time) both; 0 elsewhere, and where no step is real."""
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask
