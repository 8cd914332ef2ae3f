"""TFA, TFW and BCNN are what the sheet says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from ai4er.systems.base import parameter_count
from ai4er.systems.speech.auto_time_frequency import AxisAttention, Config, Network, StreamWeights

FRAMES, COEFFICIENTS = 30, 20


def network(**changes: Any) -> Network:
    torch.manual_seed(0)
    return Network(Config(channels=(8, 8, 16), **changes), 4).eval()


def maps(batch: int = 2) -> Tensor:
    return torch.randn(batch, FRAMES, COEFFICIENTS, generator=torch.Generator().manual_seed(1))


def depends(found: Tensor, x: Tensor) -> Tensor:
    """Where a number depends on the one map x, (frames, coefficients) booleans."""
    (gradient,) = torch.autograd.grad(found, x)
    return gradient[0] != 0


def test_the_time_branch_reads_one_coefficient_and_the_frequency_branch_one_frame() -> None:
    stem = network().stem
    x = maps(1).requires_grad_()
    time, frequency = stem(x.unsqueeze(1))
    for seen, axis, place in (
        (depends(time[0, :, 15, 8].square().sum(), x), 1, 8),
        (depends(stem(x.unsqueeze(1))[1][0, :, 15, 8].square().sum(), x), 0, 15),
    ):
        assert seen.any(1 - axis).nonzero().flatten().tolist() == [place]
        assert 1 < int(seen.sum()) <= 9
    assert time.shape == frequency.shape == (1, 16, FRAMES, COEFFICIENTS)


@pytest.mark.parametrize("axis", [2, 3])
def test_attention_has_one_weight_for_each_step_of_its_axis(axis: int) -> None:
    torch.manual_seed(0)
    made, x = AxisAttention(7, axis), torch.randn(2, 5, FRAMES, COEFFICIENTS)
    a = made.weights(x)
    assert a.shape == (2, x.shape[axis])
    share = (made(x) / x).movedim(axis, 1).flatten(2)
    torch.testing.assert_close(share, a.unsqueeze(2).expand_as(share), atol=1e-4, rtol=1e-4)
    mean = x.mean((1, 5 - axis))
    kernel, bias = made.convolution.weight[0, 0], made.convolution.bias
    assert bias is not None
    wanted = sum(kernel[k] * torch.nn.functional.pad(mean, (3, 3))[:, k : k + mean.shape[1]] for k in range(7)) + bias
    torch.testing.assert_close(a, wanted.sigmoid())


def test_the_streams_share_one_weight() -> None:
    torch.manual_seed(0)
    made, time, frequency = StreamWeights(5), torch.randn(3, 5, 4, 6), torch.randn(3, 5, 4, 6)
    torch.testing.assert_close(made(time, frequency).sum(1), torch.ones(3))
    network_, x = network(), maps()
    plain = [attention(u) for attention, u in zip(
        (network_.time_attention, network_.frequency_attention), network_.stem(x.unsqueeze(1))
    )]  # fmt: skip
    assert network_.weighting is not None
    g = network_.weighting(*plain)
    for k, found in enumerate(network_.maps(x)):
        torch.testing.assert_close(found, 2 * g[:, k].view(-1, 1, 1, 1) * plain[k])


def test_a_stream_of_weight_zero_leaves_the_bias_of_the_classifier() -> None:
    """At the start, where the normalisations of the streams neither shift nor have seen anything."""
    made, x = network(), maps()
    time, frequency = made.maps(x)
    torch.testing.assert_close(made.classifier(made.pooled(time, 0 * frequency)), made.classifier.bias.expand(2, 4))
    assert bool(made.pooled(time, frequency).any())


def test_swapping_the_streams_transposes_what_occurs_together() -> None:
    made, x = network(), maps()
    time, frequency = made.maps(x)
    before = made.pooled(time, frequency).view(2, 16, 16)
    made.time_stream, made.frequency_stream = made.frequency_stream, made.time_stream
    torch.testing.assert_close(made.pooled(frequency, time).view(2, 16, 16), before.transpose(1, 2))
    assert not torch.allclose(before, before.transpose(1, 2))


def test_the_classifier_is_the_bulk_of_the_network() -> None:
    made = Network(Config(), 4)
    assert parameter_count(made.classifier) == 65_540
    pooled = made(torch.randn(2, 200, 40))[1]
    assert pooled.shape == (2, 16_384)
    torch.testing.assert_close(pooled.norm(dim=1), torch.ones(2))


def test_each_part_can_be_left_out() -> None:
    x = maps()
    assert network(pooling="mean")(x)[1].shape == (2, 32)
    plain = network(attention=False, weighting=False)
    for found, stem in zip(plain.maps(x), plain.stem(x.unsqueeze(1))):
        assert torch.equal(found, stem)
