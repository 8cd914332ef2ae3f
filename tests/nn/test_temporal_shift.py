"""The temporal shift moves what it says, and nothing else."""

from __future__ import annotations

import pytest
import torch

from ai4er.nn.temporal_shift import temporal_shift


def ramp() -> torch.Tensor:
    return torch.arange(1.0, 5.0)[None, :, None].expand(1, 4, 8).contiguous()


def test_both_directions_of_the_sheet() -> None:
    found = temporal_shift(ramp(), share=4, bidirectional=True)[0].T.tolist()
    assert found == [[0, 1, 2, 3]] * 2 + [[2, 3, 4, 0]] * 2 + [[1, 2, 3, 4]] * 4


def test_one_direction_leaves_the_other_channels_bit_for_bit_and_the_input_too() -> None:
    x = torch.randn(3, 6, 10)
    before = x.clone()
    found = temporal_shift(x, share=4)
    assert torch.equal(found[..., 2:], x[..., 2:]) and torch.equal(x, before)
    assert torch.equal(found[:, 1:, :2], x[:, :-1, :2]) and not found[:, 0, :2].any()


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_fold_of_nothing_is_the_identity(bidirectional: bool) -> None:
    x = torch.randn(2, 5, 8)
    assert torch.equal(temporal_shift(x, 9, bidirectional), x)


def test_two_folds_of_an_odd_width_leave_the_last_channel() -> None:
    x = torch.randn(1, 5, 7)
    assert torch.equal(temporal_shift(x, 2, bidirectional=True)[..., 6], x[..., 6])


def test_a_shift_beyond_the_end_is_zero() -> None:
    assert not temporal_shift(torch.randn(1, 2, 4), 1, steps=5).any()
