"""The residual network of bottleneck blocks."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

EXPANSION = 4
"""The channels of a block, in multiples of those of its 3 x 3 convolution."""


class Bottleneck(nn.Module):
    """ReLU(x + BN(1x1(ReLU(BN(3x3(ReLU(BN(1x1 x)))))))), the stride in the 3 x 3, x by a 1 x 1 where its size changes.

    (batch, inputs, height, width) -> (batch, 4 width, height / stride, width / stride), rounded up.
    """

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = EXPANSION * width
        self.conv1, self.bn1 = nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        changes = stride != 1 or inputs != outputs
        self.downsample: nn.Module = nn.Identity()
        if changes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        whole: Tensor = self.relu(self.bn3(self.conv3(y)) + self.downsample(x))
        return whole


class ResNet(nn.Module):
    """7 x 7 convolution and maximum, both of stride 2, four groups of `Bottleneck`s, mean over the map.

    `blocks` are those of each group, (3, 4, 6, 3) in ResNet-50; a group has twice the width of the one before, the
    first 64, and halves the map, but for the first. Layers have the names of the published ImageNet networks, whose
    weights fit (23,508,032 for three channels). forward: (batch, channels, height, width) -> (batch, size).
    Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, the stride as in version 1.5.
    """

    def __init__(self, blocks: Sequence[int] = (3, 4, 6, 3), width: int = 64, channels: int = 3) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        self.relu, self.maxpool = nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        inputs, groups = width, []
        for number, count in enumerate(blocks):
            inner, group = width * 2**number, []
            for block in range(count):
                group.append(Bottleneck(inputs, inner, 2 if number and not block else 1))
                inputs = EXPANSION * inner
            groups.append(nn.Sequential(*group))
        self.layer1, self.layer2, self.layer3, self.layer4 = groups
        self.size = inputs

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3))
