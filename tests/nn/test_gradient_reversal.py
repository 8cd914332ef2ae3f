"""Gradient reversal changes the sign of what flows back, and nothing else."""

from __future__ import annotations

import torch

from ai4er.nn.gradient_reversal import reverse_gradient


def test_forwards_it_is_the_identity_and_backwards_it_turns_the_sign() -> None:
    x, w = torch.randn(4, 3, requires_grad=True), torch.randn(3)
    assert torch.equal(reverse_gradient(x), x)
    (reverse_gradient(x, 0.5).square() @ w).sum().backward()
    torch.testing.assert_close(x.grad, -0.5 * 2 * x.detach() * w)
