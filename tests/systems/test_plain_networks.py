"""Networks and the same networks written plainly from their sheets are equal, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from ai4er.nn.transformer_block import MixerBlock
from ai4er.systems.speech import ctl_mtnet, dst, shift_ser, short_segments
from ai4er.systems.speech._averaged_frames import AveragedFrames
from ai4er.systems.speech.dst import DeformableAttention
from benchmarks import plain_ctl_mtnet, plain_dst, plain_shift_ser, plain_short_segments

CLASSES = 7


def library_name(name: str, names: Mapping[str, str]) -> str:
    for here, there in names.items():
        name = name.replace(here, there)
    return name


def pair(slug: str) -> tuple[nn.Module, nn.Module, dict[str, str], Tensor]:
    """The network of a system, the plain one, the table of names, and items of full length."""
    if slug == "ctl_mtnet":
        made: nn.Module = ctl_mtnet.Network(ctl_mtnet.Config(channels=6, capsule_size=8), CLASSES)
        return made, plain_ctl_mtnet.PlainCTLMTNet(CLASSES, 6, 8), plain_ctl_mtnet.NAMES, torch.randn(3, 96, 39)
    if slug == "shift_ser":
        made = shift_ser.Network(shift_ser.Config(dim=16, frames=20), 16, CLASSES)
        return made, plain_shift_ser.PlainShiftformer(CLASSES, 16), plain_shift_ser.NAMES, torch.randn(3, 20, 16)
    if slug == "short_segments":
        made = short_segments.RawWaveformNetwork(short_segments.Config(), 4000, CLASSES)
        return made, plain_short_segments.PlainSegmentNetwork(CLASSES), plain_short_segments.NAMES, torch.randn(3, 4000)
    config = dst.Config(dim=32, heads=4, inner=24, layers=2, frames=60)
    blocks = [MixerBlock(DeformableAttention(config), config.dim, config.inner, config.dropout) for _ in range(2)]
    plain = plain_dst.PlainDST(CLASSES, 32, 4, 24, 2, 60)
    return AveragedFrames(config, blocks, 32, CLASSES), plain, plain_dst.NAMES, torch.randn(3, 60, 32)


@pytest.mark.parametrize("slug", ["ctl_mtnet", "dst", "shift_ser", "short_segments"])
def test_it_equals_the_plain_network_in_outputs_and_gradients(slug: str) -> None:
    torch.manual_seed(0)
    made, plain, names, x = pair(slug)
    made.eval(), plain.eval()
    for parameter in plain.parameters():
        nn.init.normal_(parameter, std=0.2)
    there = dict(made.named_parameters())
    pairs = [(there.pop(library_name(name, names)), parameter) for name, parameter in plain.named_parameters()]
    assert not there
    with torch.no_grad():
        for parameter, value in pairs:
            parameter.copy_(value)
    lengths = torch.full((len(x),), x.shape[1])
    found, wanted = made(x) if x.dim() == 2 else made(x, lengths)[0], plain(x)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    found.square().sum().backward()
    wanted.square().sum().backward()
    for parameter, value in pairs:
        if value.grad is not None:
            torch.testing.assert_close(parameter.grad, value.grad, atol=1e-4, rtol=1e-3)
