"""Style as a mixture of tokens."""

from __future__ import annotations

import torch

from ai4er.nn.global_style_tokens import StyleEncoder, StyleTokens


def test_in_every_head_the_style_is_a_mixture_of_the_values_of_the_tokens() -> None:
    torch.manual_seed(0)
    part, r = StyleTokens(6, 10, 16, 4), torch.randn(3, 6)
    style, weights = part(r)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 4))
    values = part.value(part.tokens.tanh()).view(10, 4, 4)
    for head in range(4):
        torch.testing.assert_close(style.view(3, 4, 4)[:, head], weights[:, head] @ values[:, head])


def test_attention_is_that_of_torch() -> None:
    torch.manual_seed(0)
    part, r = StyleTokens(6, 10, 16, 4), torch.randn(3, 6)
    bank = part.tokens.tanh()
    q, k, v = part.query(r).view(3, 4, 1, 4), part.key(bank).view(1, 10, 4, 4), part.value(bank).view(1, 10, 4, 4)
    plain = torch.nn.functional.scaled_dot_product_attention(q, k.transpose(1, 2), v.transpose(1, 2))
    torch.testing.assert_close(part(r)[0], plain.flatten(1))


def test_equal_tokens_make_every_utterance_the_same_style() -> None:
    torch.manual_seed(0)
    part = StyleTokens(6, 10, 16, 4)
    with torch.no_grad():
        part.tokens.copy_(part.tokens[:1].expand_as(part.tokens))
    style, _ = part(torch.randn(3, 6))
    torch.testing.assert_close(style, style[:1].expand_as(style))


def test_padding_changes_no_style() -> None:
    torch.manual_seed(0)
    encoder = StyleEncoder(20).eval()
    x = torch.randn(1, 90, 20)
    short = encoder(x[:, :61], torch.ones(1, 61, dtype=torch.bool))
    torch.testing.assert_close(encoder(x, torch.arange(90) < torch.tensor([[61]])), short, atol=1e-6, rtol=1e-5)
    assert short.shape == (1, 256) and encoder.bank.tokens.shape == (10, 64)
    assert [c.convolution.out_channels for c in encoder.reference.convolutions] == [32, 32, 64, 64, 128, 128]
