"""What two losses ask of shared weights."""

from __future__ import annotations

import torch
from torch import nn

from ai4er.nn.gradient_cosine import gradient_cosine


def test_the_cosine_of_a_loss_with_itself_its_opposite_and_one_of_other_weights() -> None:
    one, other = nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2))
    loss, apart = one.square().sum(), other.square().sum()
    assert abs(gradient_cosine(loss, 2 * loss, [one, other]) - 1) < 1e-6
    assert abs(gradient_cosine(loss, -loss, [one, other]) + 1) < 1e-6
    assert gradient_cosine(loss, apart, [one, other]) == 0


def test_it_is_the_cosine_of_the_gradients_by_hand() -> None:
    weight, (a, b) = nn.Parameter(torch.randn(4)), torch.randn(2, 4)
    found = gradient_cosine(weight @ a, weight @ b, [weight])
    torch.testing.assert_close(found, torch.nn.functional.cosine_similarity(a, b, dim=0))
