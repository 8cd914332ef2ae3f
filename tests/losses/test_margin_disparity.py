"""Margin disparity: what the adversary is paid for, on each domain."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ai4er.losses.margin_disparity import margin_disparity


def logits(seed: int, items: int = 6) -> Tensor:
    return torch.randn(items, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_an_adversary_that_agrees_costs_the_entropy_of_the_classifier() -> None:
    f = logits(0)
    p = f.softmax(1)
    found = margin_disparity(f, f.clone(), logits(1), logits(2), gamma=1.0)
    torch.testing.assert_close(found["source"], -(p * p.log()).sum(1).mean())


def test_the_target_term_is_the_cross_entropy_with_what_the_adversary_leaves() -> None:
    f, g = logits(0), logits(1)
    left = 1 - g.softmax(1)
    left = left / left.sum(1, keepdim=True)
    wanted = -(f.softmax(1) * left.log()).sum(1).mean()
    found = margin_disparity(logits(2), logits(3), f, g, gamma=2.0)
    torch.testing.assert_close(found["target"], wanted)
    plain = -(f.softmax(1) * (1 - g.softmax(1)).log()).sum(1).mean()
    torch.testing.assert_close(found["target"], plain + math.log(3))


def test_it_is_not_symmetric_and_gamma_weighs_the_source_alone() -> None:
    a, b, c, d = map(logits, range(4))
    one, other = margin_disparity(a, b, c, d, 1.0), margin_disparity(c, d, a, b, 1.0)
    assert not torch.allclose(sum(one.values()), sum(other.values()))  # type: ignore[arg-type]
    more = margin_disparity(a, b, c, d, 3.0)
    torch.testing.assert_close(more["source"], 3 * one["source"])
    torch.testing.assert_close(more["target"], one["target"])


@pytest.mark.parametrize("term", ["source", "target"])
def test_the_classifier_gets_no_gradient_and_the_adversary_does(term: str) -> None:
    f, g = logits(0).requires_grad_(), logits(1).requires_grad_()
    margin_disparity(f, g, f, g, 1.5)[term].backward()
    assert f.grad is None and g.grad is not None and bool(g.grad.any())


def test_an_adversary_that_is_certain_costs_a_finite_amount() -> None:
    certain = torch.tensor([[100.0, 0.0, 0.0, 0.0]], requires_grad=True)
    loss = margin_disparity(certain, certain, certain, certain, 1.0)["target"]
    loss.backward()
    assert torch.isfinite(loss) and bool(torch.isfinite(certain.grad).all())  # type: ignore[arg-type]
