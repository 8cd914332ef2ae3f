"""Self-attention that knows how far apart two frames are, by a learned vector for every distance."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.pooling import masked_softmax


class RelativeSelfAttention(nn.Module):
    """softmax((q_i k_j + q_i r_ij + k_j r_ij) / sqrt(d)) v_j with r_ij = R[i - j + frames - 1], shared by the heads.

    forward: x (batch, time, features), mask (batch, time) -> the shape of x; no output projection. `frames` is the
    longest sequence. Source: Shaw et al., "Self-Attention with Relative Position Representations", NAACL 2018, here on
    queries and keys as in DeBERTa (He et al., ICLR 2021, equation 4).
    """

    def __init__(self, features: int, heads: int, frames: int) -> None:
        super().__init__()
        self.heads, self.frames = heads, frames
        self.projection = nn.Linear(features, 3 * features)
        self.distance = nn.Parameter(torch.empty(2 * frames - 1, features // heads))
        nn.init.trunc_normal_(self.distance, std=0.02)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.projection(x).chunk(3, dim=-1)
        )
        steps = torch.arange(x.shape[1], device=x.device)
        rows = steps.unsqueeze(1) - steps + self.frames - 1
        along_query = (query @ self.distance.T).gather(-1, rows.expand(*query.shape[:3], -1))
        along_key = (key @ self.distance.T).gather(-1, rows.T.expand(*key.shape[:3], -1)).transpose(-1, -2)
        scores = (query @ key.transpose(-1, -2) + along_query + along_key) * query.shape[-1] ** -0.5
        attended: Tensor = (masked_softmax(scores, mask[:, None, None]) @ value).transpose(1, 2).flatten(2)
        return attended
