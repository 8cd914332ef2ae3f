"""Regressors of several outputs, each of which also reads the outputs before it."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RegressorChain(nn.Module):
    """y_i = sigmoid(w_i . [f ; y_1 ... y_{i-1}] + b_i): f (batch, features) -> (batch, outputs).

    Gradients flow through the outputs that are read.
    Source: Spyromitros-Xioufis et al., "Multi-target regression via input space expansion", Machine Learning 2016.
    """

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.regressors = nn.ModuleList(nn.Linear(features + i, 1) for i in range(outputs))

    def forward(self, f: Tensor) -> Tensor:
        found = f
        for regressor in self.regressors:
            found = torch.cat([found, regressor(found).sigmoid().to(f.dtype)], dim=1)
        return found[:, f.shape[1] :]


class IndependentRegressors(nn.Module):
    """y_i = sigmoid(w_i . f + b_i): a chain in which no output is read."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, outputs)

    def forward(self, f: Tensor) -> Tensor:
        found: Tensor = self.linear(f).sigmoid()
        return found


class BidirectionalRegressorChain(nn.Module):
    """Two chains, the second through the outputs in reverse: y_i = s_i1 forward_i + s_i2 backward_i.

    s_i is the softmax of two learned numbers of each output, 1/2 and 1/2 at the start.
    """

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.forwards = RegressorChain(features, outputs)
        self.backwards = RegressorChain(features, outputs)
        self.mixing = nn.Parameter(torch.zeros(outputs, 2))

    def forward(self, f: Tensor) -> Tensor:
        both = torch.stack([self.forwards(f), self.backwards(f).flip(1)], dim=-1)
        return (both * self.mixing.softmax(-1)).sum(-1)
