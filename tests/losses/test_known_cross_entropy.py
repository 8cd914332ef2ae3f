"""Cross-entropy of what is labelled."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.losses.known_cross_entropy import known_cross_entropy


def test_it_is_the_mean_over_what_is_labelled_and_nothing_where_nothing_is() -> None:
    logits, targets = torch.randn(4, 3, requires_grad=True), torch.tensor([2, -100, 0, -100])
    expected = functional.cross_entropy(logits[[0, 2]], targets[[0, 2]])
    torch.testing.assert_close(known_cross_entropy(logits, targets), expected)
    none = known_cross_entropy(logits, torch.full((4,), -100))
    none.backward()
    assert none == 0 and logits.grad is not None and not logits.grad.any()
