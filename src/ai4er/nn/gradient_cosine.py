"""Whether two losses pull shared weights the same way."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def gradient_cosine(one: Tensor, other: Tensor, shared: Iterable[nn.Parameter]) -> Tensor:
    """g_1 . g_2 / (|g_1| |g_2|) of the gradients of two losses; below 0 they conflict, and 0 where one has none.

    Source: the conflict of Yu et al., "Gradient surgery for multi-task learning", NeurIPS 2020, definition 1.
    """
    weights = [parameter for parameter in shared if parameter.requires_grad]
    first, second = (torch.cat([gradient.flatten() for gradient in _gradients(loss, weights)]) for loss in (one, other))
    return first @ second / (first.norm() * second.norm()).clamp(min=torch.finfo(first.dtype).tiny)


def _gradients(loss: Tensor, weights: list[nn.Parameter]) -> tuple[Tensor, ...]:
    return torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True, materialize_grads=True)
