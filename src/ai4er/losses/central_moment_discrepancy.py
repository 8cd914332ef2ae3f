"""Central moment discrepancy: how far two samples differ in mean and in higher central moments."""

from __future__ import annotations

from torch import Tensor


def central_moment_discrepancy(x: Tensor, y: Tensor, moments: int = 5, epsilon: float = 1e-12) -> Tensor:
    """CMD(x, y) = |E x - E y| + sum_{k=2..K} |c_k(x) - c_k(y)|, c_k(x) = E (x - E x)^k, all norms Euclidean.

    x (items, features), y (other items, features) -> a scalar. `epsilon` stands inside every root, so that
    equal moments give 0 with a gradient of 0, where the gradient of the bare root would be NaN.
    Source: Zellinger et al., "Central Moment Discrepancy (CMD) for Domain-Invariant Representation
    Learning", ICLR 2017, definition 2 (without its factors of the value range).
    """
    x_mean, y_mean = x.mean(0), y.mean(0)
    x_centred, y_centred = x - x_mean, y - y_mean
    total = _norm(x_mean - y_mean, epsilon)
    for order in range(2, moments + 1):
        total = total + _norm(x_centred.pow(order).mean(0) - y_centred.pow(order).mean(0), epsilon)
    return total


def _norm(difference: Tensor, epsilon: float) -> Tensor:
    return (difference.square().sum() + epsilon).sqrt() - epsilon**0.5
