"""Cross-entropy over recordings of several corpora that do not have the same classes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def as_shares(targets: Tensor, classes: int) -> Tensor:
    """Class indices (items,) as shares (items, classes) of a single class; shares as they are."""
    return targets.float() if targets.dim() > 1 else functional.one_hot(targets, classes).float()


def corpus_weights(shares: Tensor, corpora: Sequence[str], balanced: bool = True) -> tuple[Tensor, Tensor]:
    """How much each item counts, (items,) with the mean 1, and which classes its corpus has, (items, classes).

    shares (items, classes) sum to one. A corpus counts as the root of its size, so that the largest does not decide
    alone; with `balanced` its classes count alike.
    """
    weights = shares.new_zeros(len(shares))
    there = torch.zeros_like(shares, dtype=torch.bool)
    for corpus in sorted(set(corpora)):
        rows = torch.tensor([name == corpus for name in corpora], device=shares.device)
        count = shares[rows].sum(0)
        there[rows] = count > 0
        even = count.sum() / (count > 0).sum()
        of_class = torch.where(count > 0, even / count, 0) if balanced else torch.ones_like(count)
        weights[rows] = (shares[rows] * of_class).sum(1) / rows.sum().sqrt()
    return weights / weights.mean(), there


def cross_entropy_among(logits: Tensor, shares: Tensor, there: Tensor) -> Tensor:
    """-sum_c shares_c log softmax(logits)_c for each item, (items,), the softmax over the classes that are `there`.

    All (items, classes). A corpus that does not have a class so says nothing of it: its logit has no gradient.
    """
    among = logits.masked_fill(~there, torch.finfo(logits.dtype).min)
    return -(shares * among.log_softmax(1)).masked_fill(~there, 0).sum(1)
