"""The concordance correlation coefficient as a loss over several dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_SMALLEST = 1e-8


def concordance(predictions: Tensor, targets: Tensor) -> Tensor:
    """2 cov(x, y) / (var x + var y + (mean x - mean y)^2) over the batch: (items, names) twice -> (names,).

    Moments divide by the number of items; where nothing varies it is 0.
    Source: Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 1989.
    """
    x, y = predictions - predictions.mean(0), targets - targets.mean(0)
    shift = predictions.mean(0) - targets.mean(0)
    covariance = (x * y).mean(0)
    return 2 * covariance / (x.square().mean(0) + y.square().mean(0) + shift.square() + _SMALLEST)


def concordance_loss(predictions: Tensor, targets: Tensor, weights: Sequence[float] | None = None) -> Tensor:
    """1 minus the weighted sum of the coefficients of all dimensions, of equal weights unless others are given.

    >>> x = torch.tensor([[-1.0], [1.0]])
    >>> [round(float(concordance_loss(y, x)), 4) for y in (x, 0 * x, -x)]
    [0.0, 1.0, 2.0]
    """
    found = concordance(predictions, targets)
    share = torch.full_like(found, 1 / len(found)) if weights is None else found.new_tensor(weights)
    return 1 - (share * found).sum()
