"""The residual network has the size, the names and the blocks of the published one."""

from __future__ import annotations

import pytest
import torch

from ai4er.nn.resnet import Bottleneck, ResNet


def test_its_size_is_that_of_the_published_network() -> None:
    with torch.device("meta"):
        network = ResNet()
    names = {name for name, _ in network.named_parameters()}
    assert sum(p.numel() for p in network.parameters()) == 23_508_032
    assert {"layer3.5.conv3.weight", "layer4.0.downsample.0.weight", "layer1.0.downsample.1.bias"} <= names
    assert network.size == 2048


@pytest.mark.parametrize(("inputs", "stride"), [(16, 1), (8, 1), (16, 2)])
def test_a_block_adds_what_came_in_where_the_size_stays(inputs: int, stride: int) -> None:
    block = Bottleneck(inputs, 4, stride).eval()
    torch.nn.init.zeros_(block.bn3.weight)
    x = torch.randn(2, inputs, 7, 6)
    found = block(x)
    assert found.shape == (2, 16, -(-7 // stride), -(-6 // stride))
    torch.testing.assert_close(found, block.downsample(x).relu())
    assert isinstance(block.downsample, torch.nn.Identity) == (inputs == 16 and stride == 1)


def test_the_map_is_a_32nd_of_the_image() -> None:
    network = ResNet((1, 1, 1, 1), width=4, channels=1)
    seen: list[torch.Size] = []
    network.layer4.register_forward_hook(lambda _, given, out: seen.append(out.shape))
    assert network(torch.randn(1, 1, 80, 1000)).shape == (1, 128)
    assert seen == [(1, 128, 3, 32)]
