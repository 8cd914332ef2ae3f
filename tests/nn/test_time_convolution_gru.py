"""The convolution over time and the GRU behind it: padding is not read, and the order of the steps matters."""

from __future__ import annotations

import torch
from torch import nn

from ai4er.nn.time_convolution_gru import TimeConvolutionGRU


def build() -> TimeConvolutionGRU:
    torch.manual_seed(0)
    return TimeConvolutionGRU(5, 8, kernel=3, layers=2).eval()


def test_it_is_the_convolution_and_the_last_state_of_a_plain_gru() -> None:
    network, x = build(), torch.randn(1, 7, 5)
    plain = nn.GRU(8, 8, 2, batch_first=True)
    plain.load_state_dict(network.gru.state_dict())
    smoothed = network.convolution(x.transpose(1, 2)).relu().transpose(1, 2)
    expected = plain(smoothed)[0][:, -1]
    torch.testing.assert_close(network(x, torch.ones(1, 7, dtype=torch.bool)), expected)
    assert network.gru.bidirectional is False


def test_what_stands_behind_the_end_is_not_read() -> None:
    network, x = build(), torch.randn(2, 9, 5)
    mask = torch.arange(9) < torch.tensor([[4], [9]])
    found = network(x, mask)
    torch.testing.assert_close(found[:1], network(x[:1, :4], mask[:1, :4]))
    x[0, 4:] = 100
    torch.testing.assert_close(network(x, mask), found)


def test_the_order_of_the_steps_matters_and_an_empty_sequence_is_finite() -> None:
    network, x = build(), torch.randn(1, 6, 5)
    mask = torch.ones(1, 6, dtype=torch.bool)
    assert not torch.allclose(network(x, mask), network(x.flip(1), mask))
    assert torch.isfinite(network(torch.zeros(1, 1, 5), torch.zeros(1, 1, dtype=torch.bool))).all()
