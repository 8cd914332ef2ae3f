"""Group normalisation over the real frames."""

from __future__ import annotations

import torch
from torch import nn

from ai4er.nn.masked_group_norm import MaskedGroupNorm


def test_each_sequence_is_normalised_as_by_itself() -> None:
    torch.manual_seed(0)
    own, plain = MaskedGroupNorm(2, 6), nn.GroupNorm(2, 6)
    nn.init.normal_(own.weight)
    plain.load_state_dict(own.state_dict())
    x, lengths = torch.randn(2, 9, 6), (9, 5)
    found = own(x, torch.arange(9) < torch.tensor(lengths).unsqueeze(1))
    for row, length in enumerate(lengths):
        expected = plain(x[row : row + 1, :length].transpose(1, 2)).transpose(1, 2)[0]
        torch.testing.assert_close(found[row, :length], expected)
    assert not found[1, 5:].any()
