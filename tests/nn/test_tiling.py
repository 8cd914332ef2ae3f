"""Short sequences are repeated, not padded."""

from __future__ import annotations

import torch

from ai4er.nn.tiling import tile


def test_a_step_is_that_of_the_repeated_sequence() -> None:
    x = torch.randn(2, 40)
    found = tile(x, torch.tensor([40, 17]), 95)
    steps = torch.arange(95)
    torch.testing.assert_close(found, torch.stack([x[0, steps % 40], x[1, steps % 17]]))


def test_a_longer_sequence_loses_its_end_and_what_lies_behind_a_length_is_never_seen() -> None:
    x = torch.arange(12.0).view(1, 6, 2)
    assert torch.equal(tile(x, torch.tensor([6]), 4), x[:, :4])
    assert torch.equal(tile(x, torch.tensor([2]), 4), torch.cat([x[:, :2], x[:, :2]], 1))
