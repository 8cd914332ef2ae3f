"""Channel attention: which channels a weight depends on, and that time is nothing to it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.nn.channel_attention import TwoStreamChannelAttention
from ai4er.systems.base import parameter_count


def attention() -> tuple[TwoStreamChannelAttention, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return TwoStreamChannelAttention(), torch.randn(1, 12, 20), torch.ones(1, 12, dtype=torch.bool)


def test_it_is_that_of_its_equation_and_has_twelve_weights() -> None:
    made, x, mask = attention()
    total = np.zeros(20)
    for part, summary in ((made.mean, x.mean(1)), (made.maximum, x.amax(1))):
        kernel, bias = part.weight.detach().numpy()[0, 0], float(part.bias)  # type: ignore[arg-type]
        total += np.convolve(np.pad(summary[0].numpy(), 2), kernel[::-1], "valid") + bias
    np.testing.assert_allclose(made(x, mask)[0].detach().numpy(), 1 / (1 + np.exp(-total)), rtol=1e-5)
    assert parameter_count(made) == 12


def test_a_channel_changes_the_weights_of_its_two_neighbours_on_either_side_alone() -> None:
    made, x, mask = attention()
    changed = x.clone()
    changed[:, :, 9] += 1
    different = (made(changed, mask) != made(x, mask))[0].nonzero().flatten()
    assert different.tolist() == [7, 8, 9, 10, 11]


@pytest.mark.parametrize("same", ["mean", "maximum"])
def test_both_streams_count(same: str) -> None:
    made, x, mask = attention()
    x = x.abs()
    other = x.clone()
    if same == "mean":  # one frame becomes a peak, the others give as much
        other[:, 0] += 11
        other[:, 1:] -= 1
    else:
        highest = x.argmax(1, keepdim=True)
        other = (x * 0.5).scatter(1, highest, x.gather(1, highest))
    assert not torch.allclose(made(other, mask), made(x, mask))
    swapped = TwoStreamChannelAttention()
    swapped.mean, swapped.maximum = made.maximum, made.mean
    assert not torch.allclose(swapped(x, mask), made(x, mask))


def test_the_order_of_frames_and_padding_change_nothing() -> None:
    made, x, mask = attention()
    torch.testing.assert_close(made(x.flip(1), mask), made(x, mask))
    padded = torch.cat([x, torch.full((1, 5, 20), 9.0)], dim=1)
    torch.testing.assert_close(made(padded, torch.arange(17).unsqueeze(0) < 12), made(x, mask))


def test_without_weights_every_channel_counts_half() -> None:
    made, x, mask = attention()
    for parameter in made.parameters():
        torch.nn.init.zeros_(parameter)
    assert torch.equal(made(x, mask), torch.full((1, 20), 0.5))
