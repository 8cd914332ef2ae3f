"""Post-norm transformer blocks: with an attention that shows its weights, or with any other token mixer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """softmax(Q K^T / sqrt(d)) V in several heads, with a mask of allowed pairs.

    forward: x (batch, time, features), allowed (batch, time, time) booleans, True where the row may attend
    to the column -> output (batch, time, features), weights averaged over the heads (batch, time, time).
    A weight that is not allowed is exactly 0; a row in which nothing is allowed is uniform.
    Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
    """

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(features, features)
        self.key = nn.Linear(features, features)
        self.value = nn.Linear(features, features)
        self.output = nn.Linear(features, features)

    def forward(self, x: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
        query, key, value = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        logits = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        weights = logits.masked_fill(~allowed.unsqueeze(1), torch.finfo(logits.dtype).min).softmax(-1)
        return self.output((weights @ value).transpose(1, 2).flatten(2)), weights.mean(1)


def feed_forward(
    features: int, inner: int, dropout: float = 0.0, activation: type[nn.Module] = nn.ReLU
) -> nn.Sequential:
    """Linear, activation, dropout, linear, dropout: (..., features) -> the same shape."""
    return nn.Sequential(
        nn.Linear(features, inner), activation(), nn.Dropout(dropout), nn.Linear(inner, features), nn.Dropout(dropout)
    )


class TransformerBlock(nn.Module):
    """h = LN(x + attention(x)), y = LN(h + FFN(h)) with a `feed_forward`.

    forward: as `SelfAttention`.
    """

    def __init__(self, features: int, heads: int, inner: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.attention = SelfAttention(features, heads)
        self.norm1 = nn.LayerNorm(features)
        self.feed_forward = feed_forward(features, inner, dropout)
        self.norm2 = nn.LayerNorm(features)

    def forward(self, x: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
        attended, weights = self.attention(x, allowed)
        x = self.norm1(x + attended)
        return self.norm2(x + self.feed_forward(x)), weights


class MixerBlock(nn.Module):
    """h = LN(x + dropout(mixer(x))), y = LN(h + FFN(h)) with any token mixer in the place of attention.

    forward: x (batch, time, features) and what else the mixer takes -> the same shape.
    Source: Yu et al., "MetaFormer Is Actually What You Need for Vision", CVPR 2022, section 3.1, here with post-norm.
    """

    def __init__(
        self, mixer: nn.Module, features: int, inner: int, dropout: float = 0.0, activation: type[nn.Module] = nn.ReLU
    ) -> None:
        super().__init__()
        self.mixer = mixer
        self.dropout = nn.Dropout(dropout)
        self.norm1 = nn.LayerNorm(features)
        self.feed_forward = feed_forward(features, inner, dropout, activation)
        self.norm2 = nn.LayerNorm(features)

    def forward(self, x: Tensor, *given: Any) -> Tensor:
        x = self.norm1(x + self.dropout(self.mixer(x, *given)))
        mixed: Tensor = self.norm2(x + self.feed_forward(x))
        return mixed
