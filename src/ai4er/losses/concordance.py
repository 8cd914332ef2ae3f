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


def known_concordance_loss(predictions: Tensor, targets: Tensor) -> Tensor:
    """The mean over the dimensions of 1 minus the coefficient, each over the items whose target is known (not NaN).

    Dimensions without any target are left out; it is 0 where none has one. (items, names) twice -> ().
    """
    known = ~targets.isnan()
    count = known.sum(0)

    def mean(values: Tensor) -> Tensor:
        return values.where(known, 0).sum(0) / count.clamp(min=1)

    y = targets.where(known, 0)
    shift = mean(predictions) - mean(y)
    x, y = predictions - mean(predictions), y - mean(y)
    found = 2 * mean(x * y) / (mean(x.square()) + mean(y.square()) + shift.square() + _SMALLEST)
    return ((1 - found) * (count > 0)).sum() / (count > 0).sum().clamp(min=1)
