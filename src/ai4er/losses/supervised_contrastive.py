"""Supervised contrastive loss: vectors of one class attract each other, all others are pushed away."""

from __future__ import annotations

import torch
from torch import Tensor


def supervised_contrastive_loss(vectors: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """-mean_i 1/|P(i)| sum_{p in P(i)} log( exp(f_i . f_p / t) / sum_{a != i} exp(f_i . f_a / t) ).

    vectors (items, features), not normalised here; labels (items,) class indices; P(i) are the other items with the
    label of i. The mean is over the items that have such a one; it is 0 where none has.
    Source: Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2.

    >>> supervised_contrastive_loss(torch.zeros(4, 2), torch.tensor([0, 0, 1, 1]), 1.0).exp()
    tensor(3.)
    """
    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    scores = (vectors @ vectors.t() / temperature).masked_fill(itself, torch.finfo(vectors.dtype).min)
    positive = (labels.unsqueeze(0) == labels.unsqueeze(1)) & ~itself
    count = positive.sum(1)
    shares = (scores.log_softmax(1) * positive).sum(1) / count.clamp(min=1)
    return -shares.sum() / (count > 0).sum().clamp(min=1)
