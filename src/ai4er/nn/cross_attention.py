"""One modality looks at another."""

from __future__ import annotations

from torch import Tensor, nn

from ai4er.nn.transformer_block import MixerBlock


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


class CrossAttentionTransformer(nn.Module):
    """Layers of x <- LN(x + dropout(attention(queries x, keys and values y))), x <- LN(x + FFN(x)).

    No step of x attends to x, and y is the same in all layers. forward: x (batch, time, features),
    y (batch, other time, features), there (batch, other time), True on real steps of y -> as x.
    Source: the cross-modal transformer of Tsai et al., "Multimodal Transformer for Unaligned Multimodal Language
    Sequences", ACL 2019, section 3.1, here with post-norm.
    """

    def __init__(self, features: int, heads: int, inner: int, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            MixerBlock(_Reading(features, heads), features, inner, dropout) for _ in range(layers)
        )

    def forward(self, x: Tensor, y: Tensor, there: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, y, there)
        return x


class _Reading(nn.Module):
    """Attention with the queries of x and the keys and values of y."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x: Tensor, y: Tensor, there: Tensor) -> Tensor:
        read: Tensor = self.attention(x, y, y, key_padding_mask=~there, need_weights=False)[0]
        return read
