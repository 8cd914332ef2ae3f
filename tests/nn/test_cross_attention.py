"""Cross-attention reads the other sequence only, whatever its order, and never its padding."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.cross_attention import CrossAttentionTransformer

FEATURES, HEADS = 8, 2


def transformer(layers: int = 1) -> CrossAttentionTransformer:
    torch.manual_seed(0)
    return CrossAttentionTransformer(FEATURES, HEADS, 16, layers).eval()


def sequences() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    x, y = torch.randn(2, 5, FEATURES, generator=generator), torch.randn(2, 7, FEATURES, generator=generator)
    return x, y, torch.ones(2, 7, dtype=torch.bool)


def test_a_layer_is_its_equations() -> None:
    made, (x, y, there) = transformer(), sequences()
    there[1, 4:] = False
    layer = made.layers[0]
    attention = layer.mixer.attention
    weight, bias = attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3)
    q, k, v = ((z @ w.T + b).unflatten(2, (HEADS, -1)).transpose(1, 2) for z, w, b in zip((x, y, y), weight, bias))
    scores = (q @ k.transpose(2, 3) / (FEATURES // HEADS) ** 0.5).masked_fill(~there[:, None, None], -torch.inf)
    read = attention.out_proj((scores.softmax(3) @ v).transpose(1, 2).flatten(2))
    first, _, _, second, _ = layer.feed_forward
    h = nn.functional.layer_norm(x + read, (FEATURES,))
    wanted = nn.functional.layer_norm(h + second(first(h).relu()), (FEATURES,))
    torch.testing.assert_close(made(x, y, there), wanted)


def test_the_order_of_what_is_read_does_not_count_and_that_of_the_queries_is_kept() -> None:
    made, (x, y, there) = transformer(2), sequences()
    out = made(x, y, there)
    assert out.shape == x.shape and made(y, x, there[:, :5]).shape == y.shape
    torch.testing.assert_close(made(x, y.flip(1), there), out)
    torch.testing.assert_close(made(x.flip(1), y, there), out.flip(1))


def test_steps_do_not_attend_to_their_own_sequence() -> None:
    made, (x, y, there) = transformer(2), sequences()
    changed = x.clone()
    changed[:, 0] += 1
    torch.testing.assert_close(made(changed, y, there)[:, 1:], made(x, y, there)[:, 1:])


def test_any_real_step_of_the_other_changes_every_step_and_padding_none() -> None:
    made, (x, y, there) = transformer(), sequences()
    there[:, 5:] = False
    out, changed = made(x, y, there), y.clone()
    changed[:, 3] += 1
    assert bool((made(x, changed, there) != out).any(2).all())
    changed = y.clone()
    changed[:, 5:] = 100
    assert torch.equal(made(x, changed, there), out)


def test_without_an_output_projection_nothing_is_read() -> None:
    made, (x, y, there) = transformer(), sequences()
    nn.init.zeros_(made.layers[0].mixer.attention.out_proj.weight)
    assert torch.equal(made(x, y, there), made(x, -2 * y, there))
