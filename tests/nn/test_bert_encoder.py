"""BERT's layers: attention that ignores padding, and steps that know their place."""

from __future__ import annotations

import torch

from ai4er.nn.bert_encoder import Attention, BertEncoder


def test_attention_is_that_of_torch() -> None:
    torch.manual_seed(0)
    ours, theirs = Attention(8, 2, 0.0), torch.nn.MultiheadAttention(8, 2, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([p.weight for p in (ours.query, ours.key, ours.value)]))
        theirs.in_proj_bias.copy_(torch.cat([p.bias for p in (ours.query, ours.key, ours.value)]))
        theirs.out_proj.load_state_dict(ours.output.state_dict())
    x, y = torch.randn(3, 4, 8), torch.randn(3, 6, 8)
    mask = torch.arange(6) < torch.tensor([[6], [2], [4]])
    expected, weights = theirs(x, y, y, key_padding_mask=~mask)
    found, attended = ours(x, y, mask)
    torch.testing.assert_close(found, ours.norm(x + expected))
    torch.testing.assert_close(attended, weights)
    assert not attended[1, :, 2:].any()


def test_padding_changes_no_real_step() -> None:
    torch.manual_seed(0)
    made = BertEncoder(8, 2, 8, 2, 20, 0.0).eval()
    x = torch.randn(1, 5, 8)
    padded = torch.cat([x, torch.randn(1, 4, 8)], dim=1)
    whole = made(x, torch.ones(1, 5).bool(), torch.arange(5))
    torch.testing.assert_close(made(padded, torch.arange(9).unsqueeze(0) < 5, torch.arange(9))[:, :5], whole)


def test_place_and_kind_of_a_step_count() -> None:
    torch.manual_seed(0)
    made, x, mask = BertEncoder(8, 2, 8, 1, 20, 0.0, types=2).eval(), torch.randn(1, 4, 8), torch.ones(1, 4).bool()
    here = made(x, mask, torch.arange(4), torch.tensor([0, 0, 1, 1]))
    assert not torch.allclose(here, made(x, mask, torch.arange(4) + 3, torch.tensor([0, 0, 1, 1])))
    assert not torch.allclose(here, made(x, mask, torch.arange(4), torch.tensor([0, 1, 1, 1])))
