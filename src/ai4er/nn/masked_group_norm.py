"""Group normalisation of sequences that does not see padding."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MaskedGroupNorm(nn.GroupNorm):
    """`nn.GroupNorm` of x (batch, frames, channels) over the real frames of mask (batch, frames), zero behind them."""

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        grouped = x.unflatten(-1, (self.num_groups, -1))
        real = mask[:, :, None, None]
        count = (mask.sum(1).clamp(min=1) * grouped.shape[-1])[:, None, None, None]
        mean = (grouped * real).sum((1, 3), keepdim=True) / count
        variance = ((grouped - mean) * real).square().sum((1, 3), keepdim=True) / count
        normalised = ((grouped - mean) * torch.rsqrt(variance + self.eps)).flatten(-2)
        return (normalised * self.weight + self.bias) * mask.unsqueeze(-1)
