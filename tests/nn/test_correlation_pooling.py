"""Correlations of channels, against numpy and their definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.nn.correlation_pooling import correlation_pooling

CHANNELS = 6


def frames(batch: int = 2, time: int = 9, seed: int = 0) -> Tensor:
    return torch.randn(batch, time, CHANNELS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def weights(batch: int = 2, time: int = 9) -> Tensor:
    return frames(batch, time, seed=1)[..., 0].softmax(1)


def touches(channel: int) -> Tensor:
    """Which entries of the upper triangle belong to a channel."""
    rows, columns = torch.triu_indices(CHANNELS, CHANNELS, 1)
    return (rows == channel) | (columns == channel)


def test_equal_weights_give_numpy_s_correlations() -> None:
    x = frames()
    found = correlation_pooling(x, torch.full((2, 9), 1 / 9, dtype=torch.float64))
    for one, wanted in zip(found, x):
        upper = np.corrcoef(wanted.T.numpy())[np.triu_indices(CHANNELS, 1)]
        np.testing.assert_allclose(one.numpy(), upper, atol=1e-7)


def test_integer_weights_are_repeated_frames() -> None:
    x, counts = frames(1, 4), torch.tensor([1, 3, 2, 2])
    repeated = x.repeat_interleave(counts, dim=1)
    one = correlation_pooling(x, (counts / 8).double().unsqueeze(0))
    torch.testing.assert_close(one, correlation_pooling(repeated, torch.full((1, 8), 1 / 8, dtype=torch.float64)))


def test_scale_and_level_of_a_channel_say_nothing_and_its_sign_flips_its_own_entries() -> None:
    x, w = frames(), weights()
    before = correlation_pooling(x, w)
    gain, level = torch.tensor([3.0, 0.5, 1, 2, 1, 7]), torch.tensor([0.0, 100, -3, 0, 1, 5])
    torch.testing.assert_close(correlation_pooling(x * gain + level, w), before, atol=1e-5, rtol=1e-5)
    flipped = x.clone()
    flipped[..., 2] *= -1
    expected = torch.where(touches(2), -before, before)
    torch.testing.assert_close(correlation_pooling(flipped, w), expected)


def test_a_channel_that_does_not_vary_correlates_with_none() -> None:
    x = frames()
    x[..., 1] = 0
    found = correlation_pooling(x, weights())
    assert not found[:, touches(1)].any()
    assert bool((found[:, ~touches(1)] != 0).all())


def test_frames_may_come_in_any_order_with_their_weights() -> None:
    x, w, order = frames(), weights(), torch.randperm(9, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(correlation_pooling(x[:, order], w[:, order]), correlation_pooling(x, w))


def test_values_are_correlations() -> None:
    found = correlation_pooling(frames(8, 30), weights(8, 30))
    assert found.shape == (8, CHANNELS * (CHANNELS - 1) // 2)
    assert float(found.abs().max()) <= 1


@pytest.mark.parametrize("pad", [1, 5])
def test_frames_without_weight_say_nothing(pad: int) -> None:
    x, w = frames(), weights()
    longer = torch.cat([x, 100 * frames(2, pad, seed=4)], dim=1)
    padded = torch.nn.functional.pad(w, (0, pad))
    torch.testing.assert_close(correlation_pooling(longer, padded), correlation_pooling(x, w))
