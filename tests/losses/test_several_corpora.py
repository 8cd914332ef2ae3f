"""A corpus says nothing of the classes that it does not have, and the largest does not decide alone."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.losses.several_corpora import corpus_weights, cross_entropy_among


def test_balanced_classes_count_alike() -> None:
    shares = torch.eye(2)[torch.tensor([0] * 9 + [1])]
    weights, there = corpus_weights(shares, ["one"] * 10)
    assert torch.allclose(weights[:9].sum(), weights[9:].sum())
    assert torch.allclose(weights.mean(), torch.tensor(1.0))
    assert there.all()
    torch.testing.assert_close(corpus_weights(shares, ["one"] * 10, balanced=False)[0], torch.ones(10))


def test_a_corpus_counts_as_the_root_of_its_size() -> None:
    shares = torch.eye(2)[torch.tensor([0, 1] * 10)]
    weights, _ = corpus_weights(shares, ["large"] * 16 + ["small"] * 4)
    assert torch.allclose(weights[:16].sum() / weights[16:].sum(), torch.tensor(2.0))


def test_the_classes_of_a_corpus_are_those_that_it_has() -> None:
    shares = torch.eye(4)[torch.tensor([0, 1, 2, 3, 0, 1])]
    _, there = corpus_weights(shares, ["a"] * 4 + ["b"] * 2)
    assert there.tolist() == [[True] * 4] * 4 + [[True, True, False, False]] * 2


def test_it_is_cross_entropy_over_the_classes_that_are_there() -> None:
    logits = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    there = torch.tensor([[True, True, False, True]] * 3)
    shares = torch.tensor([[1.0, 0, 0, 0], [0, 0.5, 0, 0.5], [0, 0, 0, 1.0]])
    found = cross_entropy_among(logits, shares, there)
    expected = functional.cross_entropy(logits[:, [0, 1, 3]], shares[:, [0, 1, 3]], reduction="none")
    assert torch.allclose(found, expected)
    found.sum().backward()
    assert logits.grad is not None and (logits.grad[:, 2] == 0).all()
