"""The transformer block is torch's own, and shows its attention."""

from __future__ import annotations

import torch
from torch import nn

from ai4er.nn.transformer_block import MixerBlock, SelfAttention, TransformerBlock


def reference(part: SelfAttention) -> nn.MultiheadAttention:
    """torch's attention with the same weights."""
    made = nn.MultiheadAttention(part.query.in_features, part.heads, batch_first=True)
    made.in_proj_weight.data = torch.cat([part.query.weight, part.key.weight, part.value.weight])
    made.in_proj_bias.data = torch.cat([part.query.bias, part.key.bias, part.value.bias])
    made.out_proj.load_state_dict(part.output.state_dict())
    return made


def test_it_is_torchs_attention() -> None:
    part, x = SelfAttention(8, 2), torch.randn(3, 6, 8)
    allowed = (torch.arange(6) < torch.tensor([[6], [4], [1]]))[:, None].expand(-1, 6, -1)
    out, weights = part(x, allowed)
    wanted, wanted_weights = reference(part)(x, x, x, key_padding_mask=~allowed[:, 0])
    torch.testing.assert_close(out, wanted)
    torch.testing.assert_close(weights, wanted_weights)


def test_weights_that_are_not_allowed_are_zero() -> None:
    allowed = torch.rand(2, 5, 5) > 0.5
    allowed[0, 0] = False
    _, weights = SelfAttention(8, 2)(torch.randn(2, 5, 8), allowed)
    rows = allowed.any(-1)
    assert (weights[rows][~allowed[rows]] == 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 5))
    torch.testing.assert_close(weights[0, 0], torch.full((5,), 0.2))


def test_the_block_is_torchs_post_norm_layer() -> None:
    block = TransformerBlock(8, 2, 16).eval()
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True).eval()
    layer.self_attn.load_state_dict(reference(block.attention).state_dict())
    layer.linear1.load_state_dict(block.feed_forward[0].state_dict())
    layer.linear2.load_state_dict(block.feed_forward[3].state_dict())
    x = torch.randn(2, 5, 8)
    torch.testing.assert_close(block(x, torch.ones(2, 5, 5, dtype=torch.bool))[0], layer(x))


def test_a_mixer_block_with_attention_is_torchs_post_norm_layer() -> None:
    attention = SelfAttention(8, 2)
    allowed, x = torch.ones(2, 5, 5, dtype=torch.bool), torch.randn(2, 5, 8)

    class Mixer(nn.Module):
        def forward(self, x: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
            return attention(x, allowed)[0]

    block = MixerBlock(Mixer(), 8, 16, 0.3, nn.GELU).eval()
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.3, "gelu", batch_first=True).eval()
    layer.self_attn.load_state_dict(reference(attention).state_dict())
    pairs = (("feed_forward.0", "linear1"), ("feed_forward.3", "linear2"), ("norm1", "norm1"), ("norm2", "norm2"))
    for mine, theirs in pairs:
        layer.get_submodule(theirs).load_state_dict(block.get_submodule(mine).state_dict())
    torch.testing.assert_close(block(x, allowed), layer(x))
