"""Labels that nobody annotated cost nothing, and items count the same however many they have."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.losses.label_masked import label_masked_cross_entropy


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_label_that_is_not_annotated_changes_neither_loss_nor_gradient() -> None:
    targets, annotated = (random(5, 13) > 0).float(), random(5, 13, seed=1) > 0
    found = []
    for moved in (0.0, 50.0):
        logits = (random(5, 13, seed=2) + moved * ~annotated).requires_grad_()
        loss = label_masked_cross_entropy(logits, targets.masked_fill(~annotated, float("nan")), annotated)
        loss.backward()
        assert logits.grad is not None and not logits.grad[~annotated].any()
        found.append((float(loss.detach()), logits.grad))
    assert found[0][0] == found[1][0] and torch.equal(found[0][1], found[1][1])


def test_it_is_the_formula_item_by_item() -> None:
    logits, targets, annotated = random(5, 13), (random(5, 13, seed=3) > 0).float(), random(5, 13, seed=1) > 0
    total = 0.0
    for z, y, said in zip(logits, targets, annotated):
        total += float(functional.binary_cross_entropy_with_logits(z[said], y[said]))
    assert float(label_masked_cross_entropy(logits, targets, annotated)) == pytest.approx(total / 5 / 13, rel=1e-5)


def test_three_labels_and_seven_with_the_same_errors_cost_the_same() -> None:
    """A mean over all that is annotated in the batch would weigh the second one more."""
    logits, targets = torch.full((2, 13), 0.7), torch.ones(2, 13)
    annotated = torch.arange(13) < torch.tensor([[3], [7]])
    one, other = (label_masked_cross_entropy(logits[i : i + 1], targets[i : i + 1], annotated[i : i + 1])
                  for i in range(2))  # fmt: skip
    assert float(one) == pytest.approx(float(other), rel=1e-6)
    torch.testing.assert_close(label_masked_cross_entropy(logits, targets, annotated), (one + other) / 2)


def test_with_every_label_annotated_it_is_the_mean_divided_by_their_number() -> None:
    logits, targets = random(5, 13), (random(5, 13, seed=3) > 0).float()
    plain = functional.binary_cross_entropy_with_logits(logits, targets)
    torch.testing.assert_close(label_masked_cross_entropy(logits, targets, torch.ones(5, 13) > 0), plain / 13)


def test_nothing_annotated_costs_nothing() -> None:
    assert float(label_masked_cross_entropy(random(2, 3), random(2, 3), torch.zeros(2, 3) > 0)) == 0
