"""A weighted mean over items of a set, with learned weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AttentionPooling(nn.Module):
    """sum_n softmax_n(w x_n) x_n over the items that are there.

    forward: x (..., items, features), there (..., items) booleans or None for all -> (..., features).
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.score = nn.Linear(features, 1, bias=False)

    def forward(self, x: Tensor, there: Tensor | None = None) -> Tensor:
        scores = self.score(x)
        if there is not None:
            scores = scores.masked_fill(~there.unsqueeze(-1), torch.finfo(scores.dtype).min)
        return (scores.softmax(-2) * x).sum(-2)
