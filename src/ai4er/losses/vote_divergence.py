"""Learning from the votes of several raters in place of one label."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def vote_divergence(logits: Tensor, votes: Tensor) -> Tensor:
    """KL(q || softmax(logits)), q the shares of an item's votes; the mean over the items that have a vote, or 0.

    logits and votes (items, classes) -> a scalar. With all votes for one class it is the cross-entropy.

    >>> import torch
    >>> vote_divergence(torch.zeros(2, 2), torch.tensor([[3.0, 0.0], [0.0, 0.0]])).exp().round(decimals=4)
    tensor(2.)
    """
    count = votes.sum(1)
    shares = votes / count.clamp(min=1).unsqueeze(1)
    divergence = functional.kl_div(logits.log_softmax(1), shares, reduction="none").sum(1)
    voted = count > 0
    return (divergence * voted).sum() / voted.sum().clamp(min=1)
