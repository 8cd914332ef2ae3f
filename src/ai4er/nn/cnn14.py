"""CNN14, the convolutional network of audio tagging whose weights many start from (PANNs)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


class ConvolutionBlock(nn.Module):
    """Twice (3 x 3 convolution without bias, batch norm, ReLU); neither values nor statistics see padded frames."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm1d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm1d(filters)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (batch, channels, frames, bands), zero where mask (batch, frames) is False -> (batch, filters, ...)."""
        for convolution, norm in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            y = convolution(x).transpose(1, 2)
            real = norm(y[mask]).relu()
            out = real.new_zeros(y.shape)
            out[mask] = real
            x = out.transpose(1, 2)
        return x


class CNN14(nn.Module):
    """Log-mel frames -> six blocks, all but the last followed by the mean over 2 x 2 -> an embedding of the last size.

    Mean over the bands, then the sum of the maximum and the mean over time, linear layer, ReLU. 0.2 of everything is
    dropped between the blocks, and half of the embedding. forward: x (batch, frames, bands), lengths (batch,) ->
    (batch, channels[-1]). A recording shorter than one frame of the last block is filled up with zeros.
    Source: Kong et al., "PANNs: large-scale pretrained audio neural networks for audio pattern recognition", 2020.
    """

    def __init__(self, bands: int = 64, channels: Sequence[int] = (64, 128, 256, 512, 1024, 2048)) -> None:
        super().__init__()
        self.bn0 = nn.BatchNorm1d(bands)
        self.blocks = nn.ModuleList(ConvolutionBlock(*pair) for pair in pairwise((1, *channels)))
        self.fc1 = nn.Linear(channels[-1], channels[-1])

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        shortest = 2 ** (len(self.blocks) - 1)
        x = functional.pad(x, (0, 0, 0, max(0, shortest - x.shape[1])))
        lengths = lengths.clamp(min=shortest)
        mask = _mask(lengths, x.shape[1])
        normalised = torch.zeros_like(x)
        normalised[mask] = self.bn0(x[mask]).to(x.dtype)
        x = normalised.unsqueeze(1)
        for place, block in enumerate(self.blocks):
            x = block(x, mask)
            if place + 1 < len(self.blocks):
                x, lengths = functional.avg_pool2d(x, 2), lengths // 2
                mask = _mask(lengths, x.shape[2])
                x = x * mask[:, None, :, None]
            x = functional.dropout(x, 0.2, self.training)
        frames = x.mean(3).transpose(1, 2)
        mean = (frames * mask.unsqueeze(-1)).sum(1) / lengths.unsqueeze(1)
        highest = frames.masked_fill(~mask.unsqueeze(-1), float("-inf")).amax(1)
        embedding = self.fc1(functional.dropout(highest + mean, 0.5, self.training)).relu()
        return functional.dropout(embedding, 0.5, self.training)


def _mask(lengths: Tensor, frames: int) -> Tensor:
    return torch.arange(frames, device=lengths.device) < lengths.unsqueeze(1)
