"""Wasserstein distance: how far the values of one sample must be moved to become those of another."""

from __future__ import annotations

import torch
from torch import Tensor


def wasserstein_1(x: Tensor, y: Tensor) -> Tensor:
    """W_1 = integral |F(t) - G(t)| dt of every feature, F and G the empirical distribution functions.

    x (items, features), y (other items, features) -> (features,). With as many items in both it is the mean
    difference of the sorted values. Both need an item.
    Source: Ramdas, Garcia Trillos and Cuturi, "On Wasserstein Two-Sample Testing", Entropy 19(2), 2017, section 2.

    >>> wasserstein_1(torch.tensor([[0.0], [1.0]]), torch.tensor([[3.0], [2.0]])).tolist()
    [2.0]
    """
    values, order = torch.cat([x, y]).sort(0)
    steps = torch.cat([x.new_full((len(x),), 1 / len(x)), y.new_full((len(y),), -1 / len(y))])
    apart = steps[order].cumsum(0).abs()
    return (apart[:-1] * values.diff(dim=0)).sum(0)


def wasserstein_within_classes(x: Tensor, classes: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """The mean W_1 over the features between two groups of a class, then over the classes that both groups have.

    x (items, features), classes (items,), one and other (items,) booleans -> a scalar, 0 where no class has both.
    """
    found = [
        wasserstein_1(x[one & (classes == c)], x[other & (classes == c)]).mean()
        for c in classes[one].unique()
        if (other & (classes == c)).any()
    ]
    return torch.stack(found).mean() if found else 0 * x.sum()
