"""Convolutions of several widths over the tokens of a text, each pooled to its strongest response."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.pooling import masked_maximum


class TextCNN(nn.Module):
    """max_t relu(W_k x_{t..t+k-1} + b_k) for every kernel width k, concatenated.

    x (batch, tokens, features), lengths (batch,) -> (batch, widths * channels). Windows lie inside the text;
    a shorter text is filled up with zeros to one window. Source: Kim, "Convolutional Neural Networks for
    Sentence Classification", EMNLP 2014, section 2.
    """

    def __init__(self, features: int, channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.convolutions = nn.ModuleList(nn.Conv1d(features, channels, width) for width in widths)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        steps = torch.arange(x.shape[1], device=x.device)
        pooled = []
        for width, convolution in zip(self.widths, self.convolutions):
            windows = convolution(functional.pad(x, (0, 0, 0, width - 1)).transpose(1, 2)).relu().transpose(1, 2)
            inside = steps < (lengths - width + 1).clamp(min=1).unsqueeze(1)
            pooled.append(masked_maximum(windows, inside))
        return torch.cat(pooled, dim=1)
