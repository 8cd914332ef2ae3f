"""A learning rate that falls when a validation value stops to fall."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class NewBob(nn.Module):
    """The factor on a learning rate after each validation: `factor` once the value has improved by less than
    `threshold` of itself for `patience` + 1 times in a row or in all since the last time, otherwise 1.

    What it remembers is in buffers, so that a resumed training goes on with it. Source: the scheduler of Ravanelli et
    al., "SpeechBrain", 2021 (arXiv 2106.04624), after the QuickNet tools.
    """

    before: Tensor
    left: Tensor

    def __init__(self, factor: float, threshold: float = 0.001, patience: int = 2) -> None:
        super().__init__()
        self.factor, self.threshold, self.patience = factor, threshold, patience
        self.register_buffer("before", torch.tensor(math.inf))
        self.register_buffer("left", torch.tensor(patience))

    def forward(self, value: float) -> float:
        """Take note of a value, of which less is better, and return the factor."""
        before = float(self.before)
        self.before.fill_(value)
        if math.isinf(before) or before - value >= self.threshold * abs(before):
            return 1.0
        if int(self.left) > 0:
            self.left.sub_(1)
            return 1.0
        self.left.fill_(self.patience)
        return self.factor
