"""The self-attention of SAGAN: its equation, its gate, and positions that are not real."""

from __future__ import annotations

import torch

from ai4er.nn.gated_self_attention import GatedSelfAttention


def test_it_is_the_identity_at_the_start() -> None:
    x = torch.randn(2, 16, 10)
    assert torch.equal(GatedSelfAttention(16)(x), x)


def test_it_is_the_equation_of_the_paper() -> None:
    torch.manual_seed(0)
    layer, x = GatedSelfAttention(16), torch.randn(3, 16, 11)
    with torch.no_grad():
        layer.gamma.fill_(1)
    scores = layer.query(x).transpose(1, 2) @ layer.key(x)  # (batch, i, j), not divided by a root
    beta = scores.softmax(1)
    torch.testing.assert_close(beta.sum(1), torch.ones(3, 11))
    assert not torch.allclose(beta.sum(2), torch.ones(3, 11), atol=0.01)
    torch.testing.assert_close(layer(x), layer.value(x) @ beta + x)


def test_nothing_attends_to_what_is_not_real() -> None:
    torch.manual_seed(0)
    layer, x = GatedSelfAttention(8), torch.randn(1, 8, 9)
    with torch.no_grad():
        layer.gamma.fill_(1)
    there = (torch.arange(9) < 6).unsqueeze(0)
    torch.testing.assert_close(layer(x, there)[..., :6], layer(x[..., :6]))
