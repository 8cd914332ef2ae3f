"""DST written plainly, layer by layer, from its sheet."""

from __future__ import annotations

import torch
from torch import Tensor, nn

NAMES = {
    "attention.": "mixer.", "inner": "feed_forward.0", "outer": "feed_forward.3",
    "first.": "classifier.0.", "second.": "classifier.3.", "third.": "classifier.6.",
}  # fmt: skip
"""Parts of parameter names here, and their names in the library."""


class DeformableAttention(nn.Module):
    """Steps 1 to 7 of the sheet: (batch, frames, features) -> the same."""

    def __init__(self, features: int, heads: int, frames: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.frames = heads, frames
        self.projection = nn.Linear(features, 3 * features)
        self.decision = nn.Linear(features, 2 * heads)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(features, features)
        nn.init.zeros_(self.decision.weight)
        widths = torch.linspace(1.25, 25, heads) / frames
        self.decision.bias.data = torch.cat([torch.zeros(heads), torch.log(widths / (1 - widths))])

    def forward(self, x: Tensor) -> Tensor:
        batch, time, features = x.shape
        query, key, value = self.projection(x).chunk(3, dim=2)
        u, v = self.decision(query).transpose(1, 2).unsqueeze(3).chunk(2, dim=1)
        query, key, value = (
            part.view(batch, time, self.heads, -1).transpose(1, 2) for part in (query, key, value)
        )  # fmt: skip
        keys = torch.arange(time, device=x.device)
        centre = keys.unsqueeze(1) + torch.tanh(u) * self.frames
        half = torch.sigmoid(v) * self.frames
        left, right = centre - half, centre + half
        first, last, near = left.floor(), right.ceil(), centre.floor()
        weight = (
            1
            + (keys == first) * (first - left)
            + (keys == last) * (right - last)
            + (keys == near) * (1 - (centre - near))
            + (keys == near + 1) * (centre - near)
        )
        scores = weight * (query @ key.transpose(2, 3)) / query.shape[3] ** 0.5
        scores = scores.masked_fill((keys < first) | (keys > last), -1e8)
        mixed = self.dropout(scores.softmax(3)) @ value
        return self.output(mixed.transpose(1, 2).reshape(batch, time, features))


class Layer(nn.Module):
    """Attention and feed-forward network, each with dropout, residual and layer norm behind."""

    def __init__(self, features: int, heads: int, inner: int, frames: int, dropout: float) -> None:
        super().__init__()
        self.attention = DeformableAttention(features, heads, frames, dropout)
        self.inner, self.outer = nn.Linear(features, inner), nn.Linear(inner, features)
        self.norm1, self.norm2 = nn.LayerNorm(features), nn.LayerNorm(features)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(x + self.dropout(self.attention(x)))
        return self.norm2(x + self.dropout(self.outer(self.dropout(torch.relu(self.inner(x))))))


class PlainDST(nn.Module):
    """(batch, frames, features) of one length -> logits (batch, classes)."""

    positions: Tensor

    def __init__(
        self, classes: int = 7, features: int = 1024, heads: int = 8, inner: int = 512, layers: int = 4,
        frames: int = 326, dropout: float = 0.1,
    ) -> None:  # fmt: skip
        super().__init__()
        self.norm = nn.LayerNorm(features)
        angles = torch.arange(2000).unsqueeze(1) / 10000 ** (torch.arange(0, features, 2) / features)
        self.register_buffer("positions", torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1))
        self.blocks = nn.Sequential(*(Layer(features, heads, inner, frames, dropout) for _ in range(layers)))
        self.first, self.second, self.third = nn.Linear(features, 512), nn.Linear(512, 256), nn.Linear(256, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.norm(x) + self.positions[: x.shape[1]])
        x = self.dropout(torch.relu(self.first(x)))
        x = self.dropout(torch.relu(self.second(x)))
        return self.third(x).mean(1)
