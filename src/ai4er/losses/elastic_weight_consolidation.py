"""Elastic weight consolidation: weights that mattered for what was learnt before are held where they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor


def diagonal_fisher(log_likelihoods: Iterable[Tensor], parameters: Sequence[Tensor]) -> list[Tensor]:
    """F_i = mean over the items of (d log p(y|x) / d theta_i)^2, one tensor for each parameter.

    `log_likelihoods` are scalars, one an item, each made of the parameters when it is asked for; a parameter that they
    do not depend on has 0. Source: Kirkpatrick et al. 2017, with the labels' own likelihood (empirical Fisher).
    """
    found, count = [torch.zeros_like(p) for p in parameters], 0
    for one in log_likelihoods:
        gradients = torch.autograd.grad(one, parameters, allow_unused=True)
        for total, gradient in zip(found, gradients):
            if gradient is not None:
                total += gradient.square()
        count += 1
    return [total / max(1, count) for total in found]


def quadratic_penalty(parameters: Iterable[Tensor], anchor: Iterable[Tensor], fisher: Iterable[Tensor]) -> Tensor:
    """1/2 sum_i F_i (theta_i - theta0_i)^2: tensors of the same shapes, in the same order -> a scalar.

    Source: Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", PNAS 2017, arXiv 1612.00796,
    equation 3.

    >>> one = torch.ones(2)
    >>> quadratic_penalty([3 * one], [one], [torch.tensor([1.0, 0.5])])
    tensor(3.)
    """
    terms = [(f * (p - p0).square()).sum() for p, p0, f in zip(parameters, anchor, fisher, strict=True)]
    return torch.stack(terms).sum() / 2
