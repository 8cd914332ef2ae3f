"""Recurrent networks under autocast."""

from __future__ import annotations

import torch
from torch import nn

from ai4er.nn.lstm import GRU, LSTM


def test_it_is_the_lstm_of_torch_and_stays_so_under_autocast() -> None:
    torch.manual_seed(0)
    own, plain, x = LSTM(5, 4, batch_first=True), nn.LSTM(5, 4, batch_first=True), torch.randn(2, 7, 5)
    plain.load_state_dict(own.state_dict())
    torch.testing.assert_close(own(x)[0], plain(x)[0])
    with torch.autocast("cpu", torch.bfloat16):
        out, (hidden, _) = own(x.bfloat16())
    assert out.dtype == hidden.dtype == torch.float32
    torch.testing.assert_close(out, plain(x)[0], atol=0.02, rtol=0.05)
    out.sum().backward()


def test_so_is_the_gru() -> None:
    torch.manual_seed(0)
    own, plain, x = GRU(5, 4, batch_first=True), nn.GRU(5, 4, batch_first=True), torch.randn(2, 7, 5)
    plain.load_state_dict(own.state_dict())
    with torch.autocast("cpu", torch.bfloat16):
        out, hidden = own(x.bfloat16())
    assert out.dtype == hidden.dtype == torch.float32
    torch.testing.assert_close(out, plain(x)[0], atol=0.02, rtol=0.05)
