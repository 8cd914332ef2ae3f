"""Labels have no order, and padding is not read."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.nn.label_decoder import LabelDecoder


def decoder() -> LabelDecoder:
    torch.manual_seed(0)
    return LabelDecoder(labels=4, features=8, heads=2, inner=8, dropout=0.1).eval()


def test_permuted_labels_permute_what_they_draw() -> None:
    made, steps, mask = decoder(), torch.randn(2, 5, 8), torch.ones(2, 5, dtype=torch.bool)
    before, weights = made(steps, mask)
    order = torch.tensor([2, 0, 3, 1])
    made.labels.weight.data = made.labels.weight[order]
    after, permuted = made(steps, mask)
    torch.testing.assert_close(after, before[:, order])
    torch.testing.assert_close(permuted, weights[:, order])


def test_steps_behind_the_end_are_not_read() -> None:
    made, steps, mask = decoder(), torch.randn(2, 5, 8), torch.ones(2, 5, dtype=torch.bool)
    longer = torch.cat([steps, 9 * torch.ones(2, 3, 8)], dim=1)
    found, weights = made(longer, functional.pad(mask, (0, 3)))
    torch.testing.assert_close(found, made(steps, mask)[0])
    assert not weights[..., 5:].any()
