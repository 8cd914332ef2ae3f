"""Margin loss: what it costs to be unsure of a class."""

from __future__ import annotations

import torch

from ai4er.losses.margin import margin_loss


def test_it_is_that_of_its_equation() -> None:
    v, y = torch.rand(4, 5, dtype=torch.float64), torch.rand(4, 5, dtype=torch.float64)
    total = 0.0
    for values, targets in zip(v.tolist(), y.tolist()):
        for a, b in zip(values, targets):
            total += b * max(0.0, 0.9 - a) ** 2 + 0.5 * (1 - b) * max(0.0, a - 0.1) ** 2
    torch.testing.assert_close(margin_loss(v, y), torch.tensor(total / 4, dtype=torch.float64))


def test_nothing_is_lost_beyond_the_margins() -> None:
    values = torch.tensor([[0.95, 0.05]], requires_grad=True)
    loss = margin_loss(values, torch.tensor([[1.0, 0.0]]))
    loss.backward()
    assert float(loss) == 0 and values.grad is not None and not values.grad.any()
