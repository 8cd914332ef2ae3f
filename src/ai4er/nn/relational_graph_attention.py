"""Graph attention over typed links between the members of a set (the turns of a dialogue), dense and masked.

Source: Velickovic et al., "Graph Attention Networks", 2018, with a learned score for each relation as in
Zhang et al., "DualGATs", ACL 2023.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class RelationalGraphAttention(nn.Module):
    """Several heads, side by side: h_i' = LN(sum_j alpha_ij W h_j).

    alpha_ij = softmax_j LeakyReLU(s . W h_i + t . W h_j + b[r_ij]), over the linked pairs only; relation 0 means no
    link. `score` holds s, t and b of each head, as one vector applied to [W h_i; W h_j; one-hot(r_ij)].

    forward: h (batch, nodes, in), relations (batch, nodes, nodes) ids, row = receiver
    -> (batch, nodes, heads * out), attention (batch, heads, nodes, nodes) before its dropout.
    A pair that is not linked gets exactly 0; a node without any link is normalised zeros.
    """

    def __init__(
        self, in_features: int, out_features: int, relations: int, heads: int, dropout: float, slope: float = 0.2
    ) -> None:
        super().__init__()
        self.heads, self.slope = heads, slope
        self.transform = nn.Linear(in_features, heads * out_features, bias=False)
        self.score = nn.Parameter(torch.empty(heads, 2 * out_features + relations))
        self.scale = nn.Parameter(torch.ones(heads, out_features))
        self.shift = nn.Parameter(torch.zeros(heads, out_features))
        self.dropout = nn.Dropout(dropout)
        nn.init.xavier_uniform_(self.transform.weight)
        nn.init.xavier_uniform_(self.score)

    def forward(self, h: Tensor, relations: Tensor) -> tuple[Tensor, Tensor]:
        values = self.transform(h).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        size = values.shape[-1]
        source, target, relation = self.score.split([size, size, self.score.shape[1] - 2 * size], dim=1)
        receiving = torch.einsum("bhnd,hd->bhn", values, source)
        sending = torch.einsum("bhnd,hd->bhn", values, target)
        typed = functional.embedding(relations, relation.t()).permute(0, 3, 1, 2)
        scores = functional.leaky_relu(receiving.unsqueeze(-1) + sending.unsqueeze(-2) + typed, self.slope)
        absent = (relations == 0).unsqueeze(1)
        attention = scores.masked_fill(absent, torch.finfo(scores.dtype).min).softmax(-1).masked_fill(absent, 0.0)
        mixed = functional.layer_norm(self.dropout(attention) @ values, (size,))
        out = mixed * self.scale.unsqueeze(1) + self.shift.unsqueeze(1)
        return out.transpose(1, 2).flatten(2), attention
