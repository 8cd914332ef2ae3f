"""Self-attention over all positions of a map, behind a gate that is closed at the start."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class GatedSelfAttention(nn.Module):
    """x_j + gamma sum_i beta_ij (V x)_i with beta_ij = softmax_i((Q x)_i . (K x)_j), gamma 0 at first.

    forward: x (batch, channels, positions), real (batch, positions) booleans or None for all -> the same shape.
    Positions that are not real are attended to by none. Q and K have `channels // ratio` rows, V has `channels`.
    Source: Zhang et al., Self-attention generative adversarial networks, ICML 2019, equations 1 to 3.
    """

    def __init__(self, channels: int, ratio: int = 8) -> None:
        super().__init__()
        self.query = nn.Conv1d(channels, channels // ratio, 1, bias=False)
        self.key = nn.Conv1d(channels, channels // ratio, 1, bias=False)
        self.value = nn.Conv1d(channels, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, real: Tensor | None = None) -> Tensor:
        query, key, value = (layer(x).transpose(1, 2) for layer in (self.query, self.key, self.value))
        attended = None if real is None else real.unsqueeze(1)
        # the softmax is over the queries, so that they are what the library calls keys
        found = functional.scaled_dot_product_attention(key, query, value, attn_mask=attended, scale=1.0)
        return x + self.gamma * found.transpose(1, 2)
