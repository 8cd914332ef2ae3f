"""The divergence from raters' votes: 0 for their own shares, the cross-entropy for one opinion, blind to no votes."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.losses.vote_divergence import vote_divergence

LOGITS = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))


def test_predicting_the_shares_of_the_votes_is_no_divergence() -> None:
    votes = torch.tensor([[1.0, 2.0, 1.0], [4.0, 1.0, 5.0]])
    assert float(vote_divergence(votes.log(), votes)) < 1e-6
    assert float(vote_divergence(LOGITS[:2], votes)) > 0.01


def test_one_opinion_is_the_cross_entropy_however_many_hold_it() -> None:
    labels = torch.tensor([0, 2, 1, 0])
    votes = functional.one_hot(labels, 3) * torch.tensor([[1.0], [5.0], [2.0], [3.0]])
    torch.testing.assert_close(vote_divergence(LOGITS, votes), functional.cross_entropy(LOGITS, labels))


def test_an_item_without_votes_changes_nothing_and_none_at_all_is_0() -> None:
    votes = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(vote_divergence(LOGITS[:3], votes), vote_divergence(LOGITS[:2], votes[:2]))
    x = LOGITS.clone().requires_grad_()
    vote_divergence(x, torch.zeros(4, 3)).backward()
    assert x.grad is not None and not x.grad.any()
