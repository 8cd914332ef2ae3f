"""TIM-Net is what its sheet says."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.systems.base import parameter_count
from ai4er.systems.speech.tim_net import Config, Network, TemporalAwareBlock, TIMNet, widen
from benchmarks.plain_tim_net import PlainTIMNet, copy_weights

FEATURES = 39


def network(blocks: int = 4, classes: int = 7, **changes: object) -> Network:
    torch.manual_seed(0)
    made = Network(Config(blocks=blocks, **changes), FEATURES, classes).eval()  # type: ignore[arg-type]
    for block in made.blocks:
        for norm in (block.norm1, block.norm2):  # type: ignore[union-attr]
            norm.running_mean.uniform_(-0.2, 0.2)
            norm.running_var.uniform_(0.5, 1.5)
    return made


def streams(made: Network, x: Tensor, blocks: int) -> Tensor:
    """(directions, frames, batch, wide features) after this many blocks."""
    out = made.streams(x, torch.tensor([x.shape[1]] * len(x)))
    for block in list(made.blocks)[:blocks]:
        out = block(out)
    return out


def lengths(x: Tensor) -> Tensor:
    return torch.tensor([x.shape[1]] * len(x))


@pytest.mark.parametrize(
    ("blocks", "classes", "count"), [(8, 7, 106_992), (8, 6, 106_952), (8, 8, 107_032), (10, 4, 132_770)]
)
def test_the_size_is_the_published_one(blocks: int, classes: int, count: int) -> None:
    made = network(blocks, classes)
    statistics = sum(buffer.numel() for buffer in made.buffers())
    assert parameter_count(made) + statistics == count


def test_trainable_parameters_are_those_of_the_release() -> None:
    assert parameter_count(network(8)) == 104_496
    assert parameter_count(network(10, 4)) == 129_650


def test_a_frame_reaches_no_earlier_frame_of_the_forward_stream() -> None:
    made, x, t = network(), torch.randn(1, 40, FEATURES), 17
    changed = x.clone()
    changed[0, t] += 1
    before, after = streams(made, x, 4), streams(made, changed, 4)
    assert torch.equal(before[0, :t], after[0, :t])
    assert not torch.equal(before[0, t], after[0, t])
    backwards = (before[1] - after[1]).abs().sum((1, 2)).flip(0)
    assert not backwards[t + 1 :].any()
    assert backwards[t] > 0


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_the_receptive_field_doubles_with_every_block(blocks: int) -> None:
    made, t = network(), 35
    x = torch.randn(1, 40, FEATURES, requires_grad=True)
    out = streams(made, x, blocks)[0, t]
    reach = [float(torch.autograd.grad(out.sum(), x, retain_graph=True)[0][0, s].abs().sum()) for s in range(t + 1)]
    farthest = t - (2 ** (blocks + 1) - 2)
    assert reach[farthest] > 0
    assert not any(reach[:farthest])


def test_a_block_of_zeros_halves_its_input_and_has_no_residual() -> None:
    block = TemporalAwareBlock(2, FEATURES, 2, 1, 0.1).eval()
    for parameter in block.parameters():
        torch.nn.init.zeros_(parameter)
    x = widen(torch.randn(2, 9, 3, FEATURES))
    assert torch.equal(block(x), x * 0.5)
    trained = network().blocks[0]
    assert not trained(torch.zeros(2, 9, 3, 40)).any()


def test_the_gate_lies_between_a_half_and_one() -> None:
    block = network().blocks[1]
    x = torch.randn(2, 30, 2, FEATURES).abs() + 0.1
    gate = block(widen(x))[..., :FEATURES] / x
    assert gate.min() >= 0.5 - 1e-6
    assert gate.max() < 1


@pytest.mark.parametrize("chosen", [0, 2])
def test_the_fusion_picks_blocks_and_is_not_normalised(chosen: int) -> None:
    made, x = network(), torch.randn(2, 30, FEATURES)
    assert made.fusion.shape == (4,)
    with torch.no_grad():
        made.fusion.copy_(torch.eye(4)[chosen])
        before = made(x, lengths(x))[0]
        for block in list(made.blocks)[chosen + 1 :]:
            for parameter in block.parameters():
                parameter.add_(torch.randn_like(parameter))
        assert torch.equal(made(x, lengths(x))[0], before)
        once = made(x, lengths(x))[1]
        made.fusion.mul_(3)
        torch.testing.assert_close(made(x, lengths(x))[1], 3 * once)


def test_reading_backwards_with_swapped_directions_is_the_same() -> None:
    made, x = network(), torch.randn(2, 30, FEATURES)
    before = made(x, lengths(x))[0]
    with torch.no_grad():
        for name, value in [*made.named_parameters(), *made.named_buffers()]:
            if name.startswith(("entry", "blocks")):
                value.copy_(value.flip(0))
    torch.testing.assert_close(made(x.flip(1), lengths(x))[0], before)


def test_it_equals_the_plain_network_layer_by_layer() -> None:
    torch.manual_seed(1)
    plain, made = PlainTIMNet(), network(8, dropout=0.0)
    copy_weights(plain, made)
    x = torch.randn(5, 188, FEATURES)
    torch.testing.assert_close(made.eval()(x, lengths(x))[0], plain.eval()(x), atol=1e-5, rtol=1e-5)
    plain, made = PlainTIMNet(dropout=0.0), network(8, dropout=0.0)
    copy_weights(plain, made)
    for one in (plain.train(), made.train()):
        out = one(x) if one is plain else one(x, lengths(x))[0]
        out.square().sum().backward()
    torch.testing.assert_close(made.fusion.grad, plain.fusion.grad, atol=1e-4, rtol=1e-3)
    got = made.blocks[3].convolution2.weight.grad[0]
    wanted = plain.directions[0][3].layers[4].convolution.weight.grad.permute(0, 2, 1).flatten(1)
    torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-3)


def test_padding_is_read_in_neither_direction() -> None:
    made, x = network(), torch.randn(1, 20, FEATURES)
    padded = torch.cat([x, torch.full((1, 15, FEATURES), 7.0)], 1)
    torch.testing.assert_close(made(padded, torch.tensor([20]))[0], made(x, torch.tensor([20]))[0])


def test_labels_are_smoothed_in_training_only() -> None:
    config = Config(label_smoothing=0.1)
    system = TIMNet(config, label_space("emodb7"), {"mfcc": (FEATURES,)}, {"mfcc": True})
    logits = torch.tensor([[9.0, 0, 0, 0, 0, 0, 0]])
    from ai4er.systems.base import Outputs
    from ai4er.systems.batch import Batch

    batch = Batch(["a"], {}, {}, targets=torch.tensor([0]))
    target = torch.full((7,), 0.1 / 7)
    target[0] += 0.9
    wanted = -(target * logits[0].log_softmax(0)).sum()
    torch.testing.assert_close(system.loss(Outputs(logits=logits), batch)["cross_entropy"], wanted)


def test_filters_must_equal_the_features() -> None:
    with pytest.raises(Ai4erError, match="filters=39"):
        Network(Config(), 20, 7)


def test_padding_of_channels_keeps_full_precision_under_autocast() -> None:
    x = torch.randn(3, FEATURES)
    with torch.autocast("cpu", torch.bfloat16):
        wide = widen(x)
    assert torch.equal(wide[:, :FEATURES], x) and not wide[:, FEATURES:].any()
