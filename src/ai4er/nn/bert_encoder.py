"""BERT's post-norm layers over vectors: learned positions and segment types, GELU, masks over padded steps."""

from __future__ import annotations

import torch
from torch import Tensor, nn

EPSILON = 1e-12
"""Of every layer norm."""


class Attention(nn.Module):
    """LN(x + dropout(softmax(Q K^T / sqrt(d)) V W)) in several heads, keys and values from y.

    forward: x (batch, time, features), y (batch, other time, features), mask (batch, other time) booleans,
    True on real steps -> output as x, weights averaged over the heads (batch, time, other time).
    Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
    """

    def __init__(self, features: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(features, features)
        self.key = nn.Linear(features, features)
        self.value = nn.Linear(features, features)
        self.output = nn.Linear(features, features)
        self.norm = nn.LayerNorm(features, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, y: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        query, key, value = (
            part(given).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part, given in ((self.query, x), (self.key, y), (self.value, y))
        )
        logits = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        weights = logits.masked_fill(~mask[:, None, None], torch.finfo(logits.dtype).min).softmax(-1)
        attended = (self.dropout(weights) @ value).transpose(1, 2).flatten(2)
        return self.norm(x + self.dropout(self.output(attended))), weights.mean(1)


class FeedForward(nn.Module):
    """LN(x + dropout(W gelu(V x))): (..., features) -> the same."""

    def __init__(self, features: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(features, inner), nn.GELU(), nn.Linear(inner, features), nn.Dropout(dropout)
        )
        self.norm = nn.LayerNorm(features, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.norm(x + self.layers(x))
        return normed


class BertLayer(nn.Module):
    """Self-attention and feed-forward: x (batch, time, features), mask (batch, time) -> as x."""

    def __init__(self, features: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(features, heads, dropout)
        self.feed_forward = FeedForward(features, inner, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        fed: Tensor = self.feed_forward(self.attention(x, x, mask)[0])
        return fed


class BertEncoder(nn.Module):
    """Layers over vectors that know their place: LN(x + position + type), dropout, then each layer.

    forward: x (batch, time, features), mask (batch, time), places (time,) numbers of the steps and, with
    `types`, kinds (time,) numbers of their segments -> as x.
    Source: Devlin et al., "BERT", NAACL 2019, section 3.
    """

    def __init__(
        self, features: int, heads: int, inner: int, layers: int, positions: int, dropout: float, types: int = 0
    ) -> None:
        super().__init__()
        self.positions = nn.Embedding(positions, features)
        self.types = nn.Embedding(types, features) if types else None
        self.norm = nn.LayerNorm(features, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(BertLayer(features, heads, inner, dropout) for _ in range(layers))

    def forward(self, x: Tensor, mask: Tensor, places: Tensor, kinds: Tensor | None = None) -> Tensor:
        x = x + self.positions(places)
        if self.types is not None:
            x = x + self.types(kinds)
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, mask)
        return x
