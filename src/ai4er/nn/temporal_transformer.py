"""A plain transformer encoder over a fixed number of time steps."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.transformer_block import TransformerBlock


class TemporalTransformer(nn.Module):
    """Linear embedding, learned places in time, post-norm blocks: (batch, time, inputs) -> (batch, time, features)."""

    def __init__(
        self, inputs: int, features: int, time: int, blocks: int, heads: int, inner: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Linear(inputs, features)
        self.time = nn.Parameter(0.02 * torch.randn(time, features))
        self.blocks = nn.ModuleList(TransformerBlock(features, heads, inner, dropout) for _ in range(blocks))

    def forward(self, x: Tensor) -> Tensor:
        x = self.embedding(x) + self.time
        everywhere = torch.ones(1, len(self.time), len(self.time), dtype=torch.bool, device=x.device)
        for block in self.blocks:
            x, _ = block(x, everywhere)
        return x
