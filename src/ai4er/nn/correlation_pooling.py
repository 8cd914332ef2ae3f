"""Summaries of a sequence by how its channels vary together."""

from __future__ import annotations

import torch
from torch import Tensor

_EPSILON = 1e-9


def correlation_pooling(x: Tensor, weights: Tensor) -> Tensor:
    """The strict upper triangle of the weighted correlation matrix of the channels.

    mu = sum_t w_t x_t; S = sum_t w_t (x_t - mu) (x_t - mu)^T; R_ij = S_ij / (sqrt(S_ii + 1e-9) sqrt(S_jj + 1e-9)).
    x (batch, time, channels), weights (batch, time), which sum to 1 and are 0 on padding
    -> (batch, channels (channels - 1) / 2), in [-1, 1]; a channel that does not vary correlates with none.
    """
    centred = x - torch.einsum("bt,btc->bc", weights, x).unsqueeze(1)
    covariance = torch.einsum("bt,btc,btd->bcd", weights, centred, centred)
    deviation = (covariance.diagonal(dim1=1, dim2=2) + _EPSILON).sqrt()
    correlation = covariance / deviation.unsqueeze(1) / deviation.unsqueeze(2)
    rows, columns = torch.triu_indices(x.shape[2], x.shape[2], 1, device=x.device)
    return correlation[:, rows, columns]
