"""Cross-correlation between representations: what two of them say twice."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor

_LEAST_VARIANCE = 1e-5


def cross_correlation(x: Tensor, y: Tensor) -> Tensor:
    """C = X^T Y / items for standardised columns: x (items, features), y (items, other features) -> (features, other).

    Source: Zbontar et al., "Barlow Twins", ICML 2021, equation 2.
    """
    x, y = _standardised(x), _standardised(y)
    return x.T @ y / len(x)


def cross_correlation_loss(representations: Tensor) -> Tensor:
    """The mean over all pairs of representations of |C|_F^2 / features; 0 for one alone.

    representations (representations, items, features) -> a scalar: 0 where no feature of one is correlated with one of
    another, 1 where all are the same and their features are independent. By chance alone it is features / items for
    independent ones, so that small batches see mostly which items are alike in both.

    >>> import torch
    >>> x = torch.tensor([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    >>> round(cross_correlation_loss(torch.stack([x, x])).item(), 4)
    1.0
    >>> round(cross_correlation_loss(torch.stack([x[:, :1], x[:, 1:]])).item(), 4)
    0.0
    """
    count, _, features = representations.shape
    pairs = [cross_correlation(representations[i], representations[j]) for i, j in combinations(range(count), 2)]
    if not pairs:
        return representations.new_zeros(())
    return torch.stack([one.square().sum() for one in pairs]).mean() / features


def _standardised(x: Tensor) -> Tensor:
    x = x.float() - x.float().mean(0)
    return x * torch.rsqrt(x.square().mean(0) + _LEAST_VARIANCE)
