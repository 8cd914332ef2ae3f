"""Multinomial logistic regression, solved to its minimum."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ai4er.losses.several_corpora import corpus_weights, cross_entropy_among


def regression(
    x: Tensor, shares: Tensor, corpora: Sequence[str], penalty: float, balanced: bool = True, iterations: int = 100
) -> tuple[Tensor, Tensor]:
    """The weights (classes, features) and biases (classes,) that minimise cross-entropy and penalty.

    mean_i w_i (-sum_c shares_ic log softmax(W x_i + b)_c) + penalty ||W||^2, the softmax over the classes of the item's
    corpus. x (items, features), shares (items, classes).
    """
    counts, there = corpus_weights(shares, corpora, balanced)
    weight = x.new_zeros(shares.shape[1], x.shape[1]).requires_grad_()
    bias = x.new_zeros(shares.shape[1]).requires_grad_()
    solver = torch.optim.LBFGS([weight, bias], max_iter=iterations, line_search_fn="strong_wolfe")

    def objective() -> Tensor:
        solver.zero_grad()
        entropy = cross_entropy_among(functional.linear(x, weight, bias), shares, there)
        total: Tensor = (counts * entropy).mean() + penalty * weight.square().sum()
        total.backward()
        return total

    with torch.enable_grad():
        solver.step(objective)
    return weight.detach(), bias.detach()
