"""The convolution block of CTL-MTNet, made to be fast on a processor."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-3  # of the normalisation that never measures


def drop(x: Tensor, rate: float) -> Tensor:
    """Dropout at a rate in 256ths; x is contiguous in some order of its axes."""
    bits = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device).random_(-(2**63), None)
    keep = bits.view(torch.uint8)[: x.numel()] >= round(256 * rate)
    return x * (keep.as_strided(x.shape, x.stride()).to(x.dtype) / (1 - rate))


class ConvolutionBlock(nn.Module):
    """3 x 3 convolution, scale and shift, ELU, 2 x 2 mean, dropout.

    (batch, channels, frames, coefficients) -> the same with (n - 2) // 2 of both, in memory with the channels last.
    """

    def __init__(self, channels: int, filters: int, dropout: float) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, filters, 3)
        self.scale = nn.Parameter(torch.ones(filters))
        self.shift = nn.Parameter(torch.zeros(filters))
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        scale = self.scale * (1 + EPSILON) ** -0.5
        weight, bias = self.convolution.weight * scale.view(-1, 1, 1, 1), self.convolution.bias * scale + self.shift
        x = _convolve_map(x[:, 0], weight, bias) if x.shape[1] == 1 else functional.conv2d(x, weight, bias)
        x = functional.avg_pool2d(functional.elu(x, inplace=True), 2)
        return drop(x, self.dropout) if self.training and self.dropout else x


def _convolve_map(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The 3 x 3 convolution of a map with one channel: x (batch, frames, coefficients) -> as `functional.conv2d`."""
    frames, coefficients = x.shape[1] - 2, x.shape[2] - 2
    shifted = [x[:, i : i + frames, j : j + coefficients] for i in range(3) for j in range(3)]
    patches = torch.stack(shifted, dim=1).flatten(2).transpose(1, 2)
    products = torch.baddbmm(bias, patches, weight.flatten(1).t().expand(len(x), -1, -1))
    return products.unflatten(1, (frames, coefficients)).permute(0, 3, 1, 2)
