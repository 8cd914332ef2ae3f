"""The block of MobileNetV2: wide inside, narrow and linear at its ends."""

from __future__ import annotations

from torch import Tensor, nn


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution without bias that keeps the size at stride 1, and batch normalisation."""
    layer = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


class InvertedResidual(nn.Module):
    """x + project(depthwise(expand(x))), the sum only at stride 1 with equal channels; without `expand` at factor 1.

    forward: x (batch, inputs, height, width), real (batch, 1, 1, width) of 1 and 0 or None for all
    -> (batch, outputs, height / stride, width / stride), rounded up. What is not real is a border of zeros to the
    depthwise convolution, so that columns behind the end of an item change nothing in front of it.
    Source: Sandler et al., MobileNetV2, CVPR 2018, section 3.3.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = nn.Sequential(convolution(inputs, inner, 1), nn.ReLU6()) if expansion > 1 else nn.Identity()
        self.depthwise = nn.Sequential(convolution(inner, inner, 3, stride, groups=inner), nn.ReLU6())
        self.project = convolution(inner, outputs, 1)
        self.stride = stride
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor, real: Tensor | None = None) -> Tensor:
        inner = self.expand(x)
        out = self.project(self.depthwise(inner if real is None else inner * real))
        return x + out if self.residual else out
