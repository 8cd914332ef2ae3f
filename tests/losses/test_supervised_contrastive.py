"""The supervised contrastive loss equals its equation, written as loops."""

from __future__ import annotations

import math

import pytest
import torch

from ai4er.losses.supervised_contrastive import supervised_contrastive_loss


def by_loops(vectors: torch.Tensor, labels: list[int], temperature: float) -> float:
    """The equation, pair by pair, over the items that have another one of their class."""
    found = []
    for i, anchor in enumerate(vectors):
        others = [j for j in range(len(labels)) if j != i]
        below = sum(math.exp(float(anchor @ vectors[a]) / temperature) for a in others)
        logs = [float(anchor @ vectors[p]) / temperature - math.log(below) for p in others if labels[p] == labels[i]]
        if logs:
            found.append(-sum(logs) / len(logs))
    return sum(found) / len(found)


@pytest.mark.parametrize("labels", [[0, 0, 1, 1, 1, 0], [0, 1, 1, 2, 3, 1]])
@pytest.mark.parametrize("temperature", [0.5, 5.0])
def test_it_equals_the_equation(labels: list[int], temperature: float) -> None:
    vectors = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    found = supervised_contrastive_loss(vectors, torch.tensor(labels), temperature)
    assert found.item() == pytest.approx(by_loops(vectors, labels, temperature), rel=1e-5)


def test_scaling_the_vectors_is_scaling_the_temperature_by_the_square() -> None:
    vectors, labels = torch.randn(8, 3), torch.randint(0, 2, (8,))
    one, other = (supervised_contrastive_loss(s * vectors, labels, 5.0 * s**2) for s in (1.0, 3.0))
    torch.testing.assert_close(one, other)


def test_vectors_of_one_class_attract_and_others_repel() -> None:
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], requires_grad=True)
    supervised_contrastive_loss(vectors, torch.tensor([0, 0, 1]), 1.0).backward()
    assert vectors.grad is not None
    step = -vectors.grad[0]
    assert step @ vectors[1] > 0 > step @ vectors[2]


def test_without_any_pair_of_one_class_it_is_zero() -> None:
    assert supervised_contrastive_loss(torch.randn(3, 2), torch.arange(3), 1.0) == 0
    assert supervised_contrastive_loss(torch.randn(1, 2), torch.zeros(1), 1.0) == 0
