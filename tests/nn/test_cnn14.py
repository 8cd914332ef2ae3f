"""CNN14: its size, its definition without padding, and that padding changes nothing."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from ai4er.nn.cnn14 import CNN14

SMALL = (4, 4, 6, 6, 8, 8)


def network() -> CNN14:
    torch.manual_seed(0)
    made = CNN14(32, SMALL).eval()
    for norm in made.modules():
        if isinstance(norm, nn.BatchNorm1d):
            nn.init.normal_(norm.running_mean, 0, 0.1)
            nn.init.uniform_(norm.weight, 0.5, 1.5)
    return made


def test_it_is_the_published_network() -> None:
    made, x = network(), torch.randn(2, 75, 32)
    y = made.bn0(x.transpose(1, 2)).transpose(1, 2).unsqueeze(1)
    for place, block in enumerate(made.blocks):
        for convolution, norm in ((block.conv1, block.bn1), (block.conv2, block.bn2)):
            plain = nn.BatchNorm2d(len(norm.weight)).eval()
            plain.load_state_dict(norm.state_dict())
            y = plain(convolution(y)).relu()
        y = functional.avg_pool2d(y, 2) if place < 5 else y
    y = y.mean(3)
    wanted = made.fc1(y.amax(2) + y.mean(2)).relu()
    torch.testing.assert_close(made(x, torch.tensor([75, 75])), wanted)


@pytest.mark.parametrize("length", [20, 64, 75])
def test_padding_changes_nothing(length: int) -> None:
    made, x = network(), torch.randn(1, length, 32)
    longer = functional.pad(x, (0, 0, 0, 70))
    torch.testing.assert_close(made(longer, torch.tensor([length])), made(x, torch.tensor([length])))


def test_the_published_size() -> None:
    with torch.device("meta"):
        size = sum(p.numel() for p in CNN14().parameters())
    convolutions = 9 * sum(
        a * b + b * b for a, b in zip((1, *(64 * 2**i for i in range(5))), (64 * 2**i for i in range(6)))
    )
    norms = 2 * 64 + 4 * sum(64 * 2**i for i in range(6))
    assert size == convolutions + norms + 2048 * 2049
