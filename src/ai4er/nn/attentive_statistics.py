"""Mean and deviation of frames, weighted by attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.pooling import masked_softmax


class AttentiveStatistics(nn.Module):
    """[m, s] with weights a = softmax_t(v . tanh(W x_t + b) + k), m = sum_t a_t x_t, s^2 = sum_t a_t x_t^2 - m^2.

    forward: x (batch, frames, features), mask (batch, frames) -> (batch, 2 features).
    Source: Okabe et al., "Attentive statistics pooling for deep speaker embedding", Interspeech 2018, equations 3 to 6.
    """

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, hidden)
        self.score = nn.Linear(hidden, 1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        weights = masked_softmax(self.score(self.hidden(x).tanh()).squeeze(-1), mask).unsqueeze(-1)
        mean = (weights * x).sum(1)
        variance = (weights * (x - mean.unsqueeze(1)).square()).sum(1)
        return torch.cat([mean, (variance + 1e-6).sqrt()], dim=1)


def statistics(x: Tensor, mask: Tensor) -> Tensor:
    """Mean and deviation over the real frames (batch, frames): x (batch, frames, features) -> (batch, 2 features).

    Source: Snyder et al., "X-vectors: robust DNN embeddings for speaker recognition", ICASSP 2018.
    """
    weights = (mask / mask.sum(1, keepdim=True).clamp(min=1)).unsqueeze(-1)
    mean = (weights * x).sum(1)
    variance = (weights * (x - mean.unsqueeze(1)).square()).sum(1)
    return torch.cat([mean, (variance + 1e-6).sqrt()], dim=1)
