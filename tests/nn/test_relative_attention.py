"""Relative self-attention equals its definition, written with loops."""

from __future__ import annotations

import torch

from ai4er.nn.relative_attention import RelativeSelfAttention


def test_it_is_its_definition() -> None:
    torch.manual_seed(0)
    part, x, length = RelativeSelfAttention(6, 2, 9), torch.randn(1, 7, 6), 5
    query, key, value = part.projection(x)[0].chunk(3, dim=-1)
    found = part(x, torch.arange(7)[None] < length)[0]
    for head in range(2):
        q, k, v = (y[:, 3 * head : 3 * head + 3] for y in (query, key, value))
        for i in range(7):
            r = [part.distance[i - j + 8] for j in range(length)]
            scores = torch.stack([q[i] @ k[j] + q[i] @ r[j] + k[j] @ r[j] for j in range(length)]) / 3**0.5
            torch.testing.assert_close(found[i, 3 * head : 3 * head + 3], scores.softmax(0) @ v[:length])


def test_it_tells_orders_apart_that_plain_attention_cannot() -> None:
    torch.manual_seed(0)
    part, x = RelativeSelfAttention(4, 1, 6).double(), torch.randn(1, 6, 4, dtype=torch.double)
    part.distance.data.normal_()
    mask = torch.ones(1, 6, dtype=torch.bool)
    assert not torch.allclose(part(x, mask)[0].mean(0), part(x.flip(1), mask)[0].mean(0))
