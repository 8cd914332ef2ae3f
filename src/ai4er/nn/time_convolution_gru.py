"""A convolution over time that smooths and reduces features, and a GRU that reads them to the end."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.lstm import GRU


class TimeConvolutionGRU(nn.Module):
    """x (batch, time, features) with its mask (batch, time) -> the last state of the last layer (batch, units).

    Convolution of `kernel` steps, ReLU, and `layers` GRU layers in one direction, so that no state sees the padding
    behind it. A sequence without a real step counts as one step of zeros.
    """

    def __init__(self, features: int, units: int, kernel: int, layers: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(features, units, kernel, padding="same")
        self.gru = GRU(units, units, layers, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x * mask.unsqueeze(-1).to(x.dtype)
        x = self.convolution(x.transpose(1, 2)).relu().transpose(1, 2)
        states: Tensor = self.gru(x)[0]
        return states[torch.arange(len(x), device=x.device), mask.sum(1).clamp(min=1) - 1]
