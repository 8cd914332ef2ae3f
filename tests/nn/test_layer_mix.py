"""The weighted sum of layers."""

from __future__ import annotations

import torch

from ai4er.nn.layer_mix import LayerMix

STATES = torch.randn(2, 5, 4, 3, generator=torch.Generator().manual_seed(0))


def test_it_starts_as_the_mean_of_the_layers() -> None:
    torch.testing.assert_close(LayerMix(4)(STATES), STATES.mean(2))


def test_it_is_the_sum_of_each_layer_times_its_share() -> None:
    mix = LayerMix(4)
    with torch.no_grad():
        mix.weight.copy_(torch.tensor([0.5, -1.0, 2.0, 0.0]))
    expected = sum(share * STATES[:, :, layer] for layer, share in enumerate(mix.shares))
    torch.testing.assert_close(mix(STATES), expected)
    torch.testing.assert_close(mix.shares.sum(), torch.tensor(1.0))


def test_a_dominant_weight_picks_its_layer() -> None:
    mix = LayerMix(4)
    with torch.no_grad():
        mix.weight[2] = 50.0
    torch.testing.assert_close(mix(STATES), STATES[:, :, 2])


def test_the_gradient_reaches_every_share() -> None:
    mix = LayerMix(4)
    mix(STATES).square().sum().backward()
    assert mix.weight.grad is not None and (mix.weight.grad != 0).all()
