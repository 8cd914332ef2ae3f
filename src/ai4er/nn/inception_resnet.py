"""The lower part of Inception-ResNet v1, as FaceNet has it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LOWER, UPPER = 5, 4
"""Blocks on the larger map, and those of the ten on the smaller one that are kept: above them little but the person is
left."""


class Convolution(nn.Sequential):
    """ReLU(convolution + offset), (batch, inputs, height, width) -> (batch, outputs, ...); holds the norm behind it."""

    def __init__(self, inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int = 1, padded: bool = False):
        sides = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (sides[0] // 2, sides[1] // 2) if padded else 0
        super().__init__(nn.Conv2d(inputs, outputs, sides, stride, padding), nn.ReLU())


class Branches(nn.ModuleList):
    """What several branches say of the same map, one behind the other along the channels."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self], 1)


class Residual(nn.Module):
    """ReLU(x + 1x1(branches)), (batch, channels, height, width) -> the same; the 1x1 holds the scale of its sum."""

    def __init__(self, branches: Branches, width: int, channels: int) -> None:
        super().__init__()
        self.branches, self.up = branches, nn.Conv2d(width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        whole: Tensor = (x + self.up(self.branches(x))).relu()
        return whole


class InceptionResNet(nn.Module):
    """Colour images (batch, 3, height, width) of 75 pixels or more -> (batch, 896, about height / 23, width / 23).

    Pixels are in units of the image's own mean and deviation. Source: Szegedy et al., "Inception-v4, Inception-ResNet
    and the Impact of Residual Connections on Learning", AAAI 2017 (scales 0.17 and 0.1 as in FaceNet's code).
    """

    size = 896

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            Convolution(3, 32, 3, 2), Convolution(32, 32, 3), Convolution(32, 64, 3, padded=True),
            nn.MaxPool2d(3, 2), Convolution(64, 80, 1), Convolution(80, 192, 3), Convolution(192, 256, 3, 2),
        )  # fmt: skip
        self.lower = nn.Sequential(*(_lower() for _ in range(LOWER)))
        self.between = Branches(
            [
                Convolution(256, 384, 3, 2),
                nn.Sequential(
                    Convolution(256, 192, 1), Convolution(192, 192, 3, padded=True), Convolution(192, 256, 3, 2)
                ),
                nn.MaxPool2d(3, 2),
            ]
        )
        self.upper = nn.Sequential(*(_upper() for _ in range(UPPER)))

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.upper(self.between(self.lower(self.stem(images))))
        return found


def _lower() -> Residual:
    """Block35: a 1x1, a 3x3 and two 3x3 in a row."""
    one = Convolution(256, 32, 1)
    two = nn.Sequential(Convolution(256, 32, 1), Convolution(32, 32, 3, padded=True))
    three = nn.Sequential(
        Convolution(256, 32, 1), Convolution(32, 32, 3, padded=True), Convolution(32, 32, 3, padded=True)
    )
    return Residual(Branches([one, two, three]), 96, 256)


def _upper() -> Residual:
    """Block17: a 1x1, and a 1x7 with a 7x1."""
    across = nn.Sequential(
        Convolution(896, 128, 1), Convolution(128, 128, (1, 7), padded=True), Convolution(128, 128, (7, 1), padded=True)
    )
    return Residual(Branches([Convolution(896, 128, 1), across]), 256, 896)
