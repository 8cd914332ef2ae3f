"""A learned weighted sum of the layers of an encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LayerMix(nn.Module):
    """y = sum_l a_l x_l with a = softmax(w), w = 0 at the start (the plain mean of the layers).

    (batch, frames, layers, features) -> (batch, frames, features).
    Reference: the weighted sum of Peters et al. 2018 (ELMo, equation 1, without the scale), as in SUPERB
    (Yang et al. 2021, arXiv 2105.01051).
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(layers))

    @property
    def shares(self) -> Tensor:
        """The share of each layer, (layers,), summing to 1."""
        return self.weight.softmax(0)

    def forward(self, states: Tensor) -> Tensor:
        return torch.einsum("...lf,l->...f", states, self.shares)
