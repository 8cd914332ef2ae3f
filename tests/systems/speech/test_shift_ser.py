"""Temporal shift: what the sheet says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.nn.temporal_shift import temporal_shift
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.speech.shift_ser import Config, ConvolutionHead, Network, ShiftSER

SPACE = label_space("common4")
TUNED = {"inputs": {"speech": "waveform:sample_rate=16000,seconds=7.5"}, "encoder": "tiny"}


def network(**changes: Any) -> Network:
    torch.manual_seed(0)
    config = Config.small().override({"dim": 16, "share": 4, **changes})
    return Network(config, 16, 4).eval()


def system(**changes: Any) -> ShiftSER:
    torch.manual_seed(0)
    shape = () if changes.get("encoder") else (16,)
    return ShiftSER(Config.small().override({"dim": 16, **changes}), SPACE, {"speech": shape}, {"speech": True})


def everywhere(time: int) -> Tensor:
    return torch.ones(1, time, dtype=torch.bool)


@pytest.mark.parametrize(("head", "shift", "size"), [
    ("cnn", True, 9_465_604), ("cnn", False, 9_465_604), ("lstm", True, 9_459_460), ("lstm", False, 9_459_460),
    ("transformer", True, 9_451_780), ("transformer", False, 13_094_020),
])  # fmt: skip
def test_sizes_are_the_published_ones_and_a_shift_has_none(head: str, shift: bool, size: int) -> None:
    with torch.device("meta"):
        assert parameter_count(Network(Config(head=head, shift=shift), 768, 4)) == size  # type: ignore[arg-type]


def test_the_second_block_of_the_cnn_adds_the_shifted_input_and_reads_the_plain_one() -> None:
    head, x = network(head="cnn").head, torch.randn(1, 9, 16)
    assert isinstance(head, ConvolutionHead)
    first, second = head.branches
    middle = x + first(x)
    wanted = head.norm(temporal_shift(middle, 4) + second(middle))
    torch.testing.assert_close(head(x, everywhere(9)), wanted)
    in_place = temporal_shift(middle, 4)
    assert not torch.allclose(wanted, head.norm(in_place + second(in_place)), atol=1e-3)


def test_a_branch_of_zeros_leaves_the_shift() -> None:
    head, x = network(head="cnn").head, torch.randn(1, 9, 16)
    assert isinstance(head, ConvolutionHead)
    for branch in head.branches:
        assert isinstance(branch.pointwise[2], nn.Linear)
        nn.init.zeros_(branch.pointwise[2].weight)
        nn.init.zeros_(branch.pointwise[2].bias)
    torch.testing.assert_close(head(x, everywhere(9)), head.norm(temporal_shift(x, 4)))


def test_the_lstm_reads_shifted_frames() -> None:
    moved, plain = network(head="lstm").head, network(head="lstm", shift=False).head
    plain.load_state_dict(moved.state_dict())
    x = torch.randn(1, 9, 16)
    torch.testing.assert_close(moved(x, everywhere(9)), plain(temporal_shift(x, 4), everywhere(9)))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_shiftformer_sees_one_frame_more_each_way_in_every_layer(layers: int) -> None:
    head = network(layers=layers).head

    def run(x: Tensor) -> Tensor:
        return head(x, everywhere(9))

    size = torch.autograd.functional.jacobian(run, torch.randn(1, 9, 16))[0, :, :, 0].abs().amax((1, 3))
    steps = torch.arange(9)
    assert torch.equal(size > 0, (steps[:, None] - steps).abs() <= layers)


@pytest.mark.parametrize("head", ["cnn", "lstm", "transformer"])
@pytest.mark.parametrize("shift", [True, False])
def test_padding_is_what_lies_beyond_the_end(head: str, shift: bool) -> None:
    made, x = network(head=head, shift=shift), torch.randn(1, 6, 16)
    longer = torch.cat([x, 9 * torch.ones(1, 5, 16)], dim=1)
    torch.testing.assert_close(made(longer, torch.tensor([6]))[0], made(x, torch.tensor([6]))[0])


def test_a_share_beyond_the_channels_is_no_shift() -> None:
    made, x = network(share=17), torch.randn(1, 9, 16)
    torch.testing.assert_close(made(x.flip(1), torch.tensor([9]))[0], made(x, torch.tensor([9]))[0])


def test_spec_augment_hides_spans_in_training_only() -> None:
    made = network(time_span=3, time_probability=0.0, channel_span=4, channel_probability=0.0)
    x, lengths = torch.full((4, 20, 16), 7.0), torch.tensor([20, 20, 12, 9])
    found = made.augmented(x, lengths)
    hidden = (found == made.masked).any(2)
    assert ((hidden.sum(1) >= 3) & (hidden.sum(1) <= 6)).all()
    assert not hidden[2, 12:].any() and not hidden[3, 9:].any()
    assert ((found == 0).all(1).sum(1) == 4).all()
    first, second = made(x, lengths)[0], made(x, lengths)[0]
    assert torch.equal(first, second)


def test_with_given_frames_there_is_no_encoder_to_train() -> None:
    assert parameter_count(system().encoder) == 0


def test_an_encoder_is_tuned_behind_its_convolutions() -> None:
    made = system(**TUNED).train()
    samples = Padded(torch.randn(2, 8000), torch.tensor([8000, 6000]))
    batch = Batch(["a", "b"], {"speech": samples}, {"speech": torch.ones(2, dtype=torch.bool)}, torch.tensor([0, 1]))
    made.loss(made(batch), batch)["cross_entropy"].backward()
    learnt = {name for name, p in made.named_parameters() if p.grad is not None and bool(p.grad.any())}
    assert any(name.startswith("encoder.network.encoder") for name in learnt)
    assert any(name.startswith("encoder.network.feature_projection") for name in learnt)
    assert not any(name.startswith("encoder.network.feature_extractor") for name in learnt)


def test_weights_decay_and_biases_and_norms_do_not() -> None:
    made = system()
    decayed, plain = made.stages()[0].optimise(100)[0].optimiser.param_groups
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.05, 0.0)
    assert all(p.dim() > 1 for p in decayed["params"]) and all(p.dim() == 1 for p in plain["params"])
    assert decayed["lr"] == pytest.approx(1e-3 * made.config.learning_rate)


def test_frames_and_encoder_at_once_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="set both inputs and encoder"):
        ShiftSER(Config.small().override({"encoder": "tiny"}), SPACE, {"speech": (16,)}, {"speech": True})
    with pytest.raises(Ai4erError, match="set both inputs and encoder"):
        ShiftSER(Config.small(), SPACE, {"speech": ()}, {"speech": True})
