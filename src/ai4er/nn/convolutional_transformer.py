"""A classifier of spectrograms: convolutions, then a transformer, then the mean over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.pooling import masked_mean
from ai4er.nn.positions import sinusoidal_positions
from ai4er.nn.transformer_block import TransformerBlock


class MaskedConvolution(nn.Module):
    """3 x 3 convolution, batch norm, ReLU, 2 x 2 maximum; neither values nor statistics see padded frames."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, filters, 3, padding=1)
        self.norm = nn.BatchNorm1d(filters)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, channels, frames, bands), zero where mask (batch, frames) is False -> half as many of both."""
        x = self.convolution(x).transpose(1, 2)
        real = self.norm(x[mask]).relu()
        out = real.new_zeros(x.shape)
        out[mask] = real
        return functional.max_pool2d(out.transpose(1, 2), 2, ceil_mode=True), mask[:, ::2]


class MaskedConvolutions(nn.ModuleList):
    """`MaskedConvolution`s one after another; `size` is the last one's filters times the bands that are left.

    Every one halves frames and bands, rounded up.
    """

    def __init__(self, bands: int, channels: Sequence[int]) -> None:
        super().__init__(MaskedConvolution(*pair) for pair in pairwise((1, *channels)))
        self.size = channels[-1] * -(-bands // 2 ** len(channels))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, frames, bands), zero where mask (batch, frames) is False -> (batch, frames left, size), mask."""
        x = x.unsqueeze(1)
        for convolution in self:
            x, mask = convolution(x, mask)
        return x.transpose(1, 2).flatten(2), mask


class ConvolutionalTransformer(nn.Module):
    """`MaskedConvolutions` -> linear -> `TransformerBlock`s with sinusoidal positions -> masked mean -> linear."""

    def __init__(
        self, bands: int, channels: Sequence[int], dim: int, layers: int, heads: int, inner: int, dropout: float,
        classes: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.convolutions = MaskedConvolutions(bands, channels)
        self.projection = nn.Linear(self.convolutions.size, dim)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(TransformerBlock(dim, heads, inner, dropout) for _ in range(layers))
        self.classifier = nn.Linear(dim, classes)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, frames, bands), zero behind lengths (batch,) -> logits (batch, classes), mean (batch, dim)."""
        mask = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        x, mask = self.convolutions(x, mask)
        x = self.projection(x)
        x = self.dropout(x + sinusoidal_positions(x.shape[1], x.shape[2], x.device))
        allowed = mask.unsqueeze(1).expand(-1, x.shape[1], -1)
        for block in self.blocks:
            x, _ = block(x, allowed)
        pooled = masked_mean(x, mask)
        return self.classifier(pooled), pooled
