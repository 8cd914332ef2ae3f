"""Shiftformer on frozen frames, written plainly, layer by layer, from its sheet."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

NAMES = {"blocks": "head.blocks", "inner": "feed_forward.0", "outer": "feed_forward.3"}
"""Parts of parameter names here, and their names in the library."""


class Block(nn.Module):
    """A quarter of the channels delayed, a quarter advanced by one frame; then LN(x + MLP(x))."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.fold = features // 4
        self.inner, self.outer = nn.Linear(features, 4 * features), nn.Linear(4 * features, features)
        self.norm = nn.LayerNorm(features)

    def forward(self, x: Tensor) -> Tensor:
        moved = torch.zeros_like(x)
        moved[:, 1:, : self.fold] = x[:, :-1, : self.fold]
        moved[:, :-1, self.fold : 2 * self.fold] = x[:, 1:, self.fold : 2 * self.fold]
        moved[:, :, 2 * self.fold :] = x[:, :, 2 * self.fold :]
        return self.norm(moved + self.outer(functional.gelu(self.inner(moved))))


class PlainShiftformer(nn.Module):
    """(batch, frames, features) of one length -> logits (batch, classes)."""

    def __init__(self, classes: int = 7, features: int = 768, layers: int = 2) -> None:
        super().__init__()
        self.masked = nn.Parameter(torch.empty(features).uniform_())
        self.blocks = nn.Sequential(*(Block(features) for _ in range(layers)))
        self.classifier = nn.Linear(features, classes)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            frames = self.spans(len(x), x.shape[1], span=15, probability=0.08, least=2)
            channels = self.spans(len(x), x.shape[2], span=64, probability=0.05, least=1)
            x = torch.where(frames.unsqueeze(2), self.masked, x).masked_fill(channels.unsqueeze(1), 0)
        return self.classifier(self.blocks(x).mean(1))

    def spans(self, rows: int, size: int, span: int, probability: float, least: int) -> Tensor:
        """True inside random spans, (rows, size)."""
        mask = torch.zeros(rows, size, dtype=torch.bool)
        number = max(int(probability * size / span + float(torch.rand(()))), least)
        for row in mask:
            for first in torch.randperm(size - span + 1)[:number].tolist():
                row[first : first + span] = True
        return mask
