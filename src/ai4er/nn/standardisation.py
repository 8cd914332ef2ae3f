"""Features in units of their own spread over the training part."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Standardisation(nn.Module):
    """(x - mean) / deviation of every feature; the identity until `measure` has seen the training part.

    forward: x (..., features) -> the same shape. The statistics are buffers, so a state dict holds them.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.deviation

    @torch.no_grad()
    def measure(self, parts: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Take mean and deviation from pairs of x (..., features) and mask (...), True on what counts.

        A feature that does not vary is centred only. Without anything that counts, nothing changes.
        """
        count = 0
        total, squares = torch.zeros_like(self.mean.double()), torch.zeros_like(self.mean.double())
        for x, mask in parts:
            rows = x[mask].double()
            count += len(rows)
            total += rows.sum(0)
            squares += rows.square().sum(0)
        if not count:
            return
        mean = total / count
        deviation = (squares / count - mean.square()).clamp(min=0).sqrt()
        self.mean.copy_(mean)
        varies = deviation > 1e-6 * mean.abs() + 1e-12
        self.deviation.copy_(torch.where(varies, deviation, 1.0))
