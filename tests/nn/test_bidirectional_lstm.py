"""Both directions see real steps only."""

from __future__ import annotations

import torch

from ai4er.nn.bidirectional_lstm import BidirectionalLSTM


def test_padding_is_never_read_and_stays_zero() -> None:
    torch.manual_seed(0)
    made, x, lengths = BidirectionalLSTM(3, 4, layers=2), torch.randn(3, 6, 3), torch.tensor([2, 6, 1])
    together = made(x, lengths)
    for i, length in enumerate(lengths):
        torch.testing.assert_close(together[i, :length], made.lstm(x[i : i + 1, :length])[0][0])
        assert not together[i, length:].any()


def test_the_second_half_reads_backwards() -> None:
    torch.manual_seed(0)
    made, x = BidirectionalLSTM(3, 4), torch.randn(1, 5, 3)
    changed = x.clone()
    changed[0, 4] = 0
    before, after = made(x, torch.tensor([5])), made(changed, torch.tensor([5]))
    torch.testing.assert_close(before[0, :4, :4], after[0, :4, :4])
    assert bool((before[0, 0, 4:] != after[0, 0, 4:]).all())
