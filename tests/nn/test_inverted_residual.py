"""The MobileNetV2 block: its residual, its sizes, and columns that are not real."""

from __future__ import annotations

import pytest
import torch

from ai4er.nn.inverted_residual import InvertedResidual


@pytest.mark.parametrize(
    ("inputs", "outputs", "stride", "residual"), [(8, 8, 1, True), (8, 8, 2, False), (8, 6, 1, False)]
)
def test_the_input_is_added_only_where_the_sizes_are_the_same(
    inputs: int, outputs: int, stride: int, residual: bool
) -> None:
    block = InvertedResidual(inputs, outputs, stride, expansion=3).eval()
    with torch.no_grad():
        block.project[1].weight.zero_()
    x = torch.randn(2, inputs, 6, 9)
    found = block(x)
    assert found.shape == (2, outputs, -(-6 // stride), -(-9 // stride))
    torch.testing.assert_close(found, x if residual else torch.zeros_like(found))


def test_its_ends_are_linear() -> None:
    block = InvertedResidual(4, 4, 1, expansion=6).eval()
    assert not any(isinstance(part, torch.nn.ReLU6) for part in block.project.modules())
    assert block(100 * torch.randn(1, 4, 5, 5)).max() > 6


@pytest.mark.parametrize("stride", [1, 2])
def test_columns_that_are_not_real_are_the_border(stride: int) -> None:
    torch.manual_seed(0)
    block = InvertedResidual(3, 5, stride, expansion=2).eval()
    with torch.no_grad():
        block.expand[0][1].bias.uniform_(0, 1)  # so that zeros in are not zeros inside
    x, padded = torch.randn(1, 3, 4, 7), torch.randn(1, 3, 4, 12)
    padded[..., :7] = x
    real = (torch.arange(12) < 7).float().view(1, 1, 1, -1)
    alone = block(x)
    torch.testing.assert_close(block(padded, real)[..., : alone.shape[-1]], alone)
    assert not torch.allclose(block(padded)[..., : alone.shape[-1]], alone)
