"""One modality looks at another."""

from __future__ import annotations

from torch import Tensor, nn


class CrossAttention(nn.Module):
    """LN(x + attention(queries x, keys and values y)); without y, LN(x).

    forward: x (batch, time, features), y (batch, other time, features), present (batch,) booleans, whether an
    item has y -> as x.
    """

    def __init__(self, features: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(features, heads, dropout, batch_first=True)
        self.norm = nn.LayerNorm(features)

    def forward(self, x: Tensor, y: Tensor, present: Tensor) -> Tensor:
        attended, _ = self.attention(x, y, y, need_weights=False)
        return self.norm(x + attended * present.view(-1, 1, 1))
