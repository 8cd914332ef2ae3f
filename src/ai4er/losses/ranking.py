"""Learning an order from pairs."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def ranknet_loss(scores: Tensor, values: Tensor, margin: float) -> Tensor:
    """-log P(i > j) = softplus(s_j - s_i), the mean over all pairs of items with value_i - value_j > margin.

    scores and values (items, names): one order for each name, all pairs counting the same -> a scalar, 0 where no pair
    is far enough apart. Values that are NaN are in no pair. A constant added to all scores or values changes nothing.
    Source: Burges et al., "Learning to Rank using Gradient Descent", ICML 2005, equation 3 with targets of 1.

    >>> import torch
    >>> ranknet_loss(torch.zeros(2, 1), torch.tensor([[1.0], [3.0]]), 1.0).exp()
    tensor(2.)
    """
    preferred = values.unsqueeze(1) - values.unsqueeze(0) > margin
    losses = functional.softplus(scores.unsqueeze(0) - scores.unsqueeze(1))
    return losses.masked_fill(~preferred, 0).sum() / preferred.sum().clamp(min=1)
