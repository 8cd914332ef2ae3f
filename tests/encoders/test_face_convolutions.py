"""`ai4er-face` is the published network's lower part: its sizes, its borders, and that it tells people apart."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from ai4er.encoders import is_available, pretrained, weights
from ai4er.errors import Ai4erError
from ai4er.nn.face_convolutions import Block, FaceConvolutions


def published() -> FaceConvolutions:
    network = FaceConvolutions()
    network.load_state_dict(weights("ai4er-face"))
    return network.eval()


def test_the_maps_are_as_large_as_those_of_the_published_network() -> None:
    """150 pixels: 72 behind the first convolution, 35 behind the maximum, then 17 and 8."""
    network, seen = FaceConvolutions(), []
    for layer in (network.stem, *network.blocks):
        layer.register_forward_hook(lambda _, __, found: seen.append(tuple(found.shape[1:])))
    assert network(torch.zeros(1, 3, 150, 150)).shape == (1, 128, 8, 8)
    assert seen == [(32, 72, 72), *[(32, 35, 35)] * 3, *[(64, 17, 17)] * 4, *[(128, 8, 8)] * 3]
    assert len([one for one in network.modules() if isinstance(one, nn.Conv2d)]) == 21


def test_a_block_adds_what_has_fewer_channels_rows_and_columns_with_zeros() -> None:
    torch.manual_seed(0)
    block, x = Block(2, 3, 2), torch.randn(1, 2, 8, 8)
    y = functional.conv2d(
        functional.conv2d(x, block.first.weight, block.first.bias, stride=2).relu(),
        block.second.weight, block.second.bias, padding=1,
    )  # fmt: skip
    assert y.shape == (1, 3, 3, 3)
    expected = torch.zeros(1, 3, 4, 4)
    expected[:, :2] += functional.avg_pool2d(x, 2)
    expected[:, :, :3, :3] += y
    torch.testing.assert_close(block(x), expected.relu())


def test_the_weights_are_learnt_ones() -> None:
    """Neighbouring weights of a learnt filter go together, as they do not in random ones."""
    stem = weights("ai4er-face")["stem.weight"]
    smooth = functional.avg_pool2d(stem, 3, 1).square().mean() / stem.square().mean()
    assert smooth > 0.3, "in noise this is a ninth"


def test_the_same_picture_in_a_batch_has_the_same_map() -> None:
    network, images = published(), torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 0.2
    with torch.no_grad():
        torch.testing.assert_close(network(images)[1:2], network(images[1:2]))


def test_it_is_built_in_and_no_transformer() -> None:
    assert is_available("ai4er-face", "image") and not is_available("ai4er-face", "speech")
    with pytest.raises(Ai4erError, match="image_network with image_weights=ai4er-face"):
        pretrained("ai4er-face", "image")
