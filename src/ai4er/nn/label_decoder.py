"""A decoder whose queries are the labels: each draws a representation of its own."""

from __future__ import annotations

from torch import Tensor, nn

from ai4er.nn.bert_encoder import EPSILON, Attention, FeedForward


class LabelDecoder(nn.Module):
    """Learned embeddings of the labels look at each other, then at the steps; they have no order.

    forward: steps (batch, time, features), mask (batch, time) -> one vector for each label (batch, labels, features),
    weights (batch, labels, time). Source: TAILOR (Zhang et al., AAAI 2022, section 3.4).
    """

    def __init__(self, labels: int, features: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.labels = nn.Embedding(labels, features)
        self.norm = nn.LayerNorm(features, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)
        self.self_attention = Attention(features, heads, dropout)
        self.cross_attention = Attention(features, heads, dropout)
        self.feed_forward = FeedForward(features, inner, dropout)

    def forward(self, steps: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        queries = self.dropout(self.norm(self.labels.weight)).expand(len(steps), -1, -1)
        queries, _ = self.self_attention(queries, queries, mask.new_ones(queries.shape[:2]))
        queries, weights = self.cross_attention(queries, steps, mask)
        return self.feed_forward(queries), weights
