"""The residual convolutions of dlib's network for recognising faces."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

GROUPS = ((32, 3), (64, 4), (128, 3))
"""Channels and blocks of each group; those of 256 channels, where little but the person is left, are not among them."""


class Block(nn.Module):
    """ReLU(x + 3x3(ReLU(3x3 x))), the stride in the first, x by a mean where the map is halved.

    (batch, inputs, height, width) -> (batch, outputs, smaller, smaller). The one of x and what is added to it that has
    fewer channels, rows or columns is filled with zeros; a convolution of stride 2 sees nothing beyond the edge.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1 if stride == 1 else 0)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.first(x).relu())
        if self.stride > 1:
            x = functional.avg_pool2d(x, self.stride)
        sizes = [max(pair) for pair in zip(x.shape[1:], y.shape[1:])]
        whole: Tensor = (_filled(x, sizes) + _filled(y, sizes)).relu()
        return whole


class FaceConvolutions(nn.Module):
    """Colour images (batch, 3, height, width) of 46 pixels or more -> (batch, 128, about height / 17, width / 17).

    The first 21 of 29 convolutions, a version of ResNet-34 with half the channels; each holds the scale and the offset
    that follow it. Pixels are (value of 256 - mean of the training images) / 256. Source: King, dlib-models,
    dlib_face_recognition_resnet_model_v1, 2017; He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
    """

    size = GROUPS[-1][0]

    def __init__(self) -> None:
        super().__init__()
        inputs, blocks = GROUPS[0][0], []
        self.stem = nn.Conv2d(3, inputs, 7, 2)
        for number, (outputs, count) in enumerate(GROUPS):
            for block in range(count):
                blocks.append(Block(inputs, outputs, 2 if number and not block else 1))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.blocks(functional.max_pool2d(self.stem(images).relu(), 3, 2))
        return found


def _filled(x: Tensor, sizes: list[int]) -> Tensor:
    """Zeros behind the last channel, row and column."""
    channels, height, width = (size - own for size, own in zip(sizes, x.shape[1:]))
    return functional.pad(x, (0, width, 0, height, 0, channels))
