"""The convolutions of VGG: groups of 3 x 3 convolutions, each group halved in size at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

VGG11: tuple[tuple[int, ...], ...] = ((64,), (128,), (256, 256), (512, 512), (512, 512))
"""The channels of configuration A: eight convolutions, 9,220,480 weights for three input channels."""


def vgg(
    groups: Sequence[Sequence[int]], inputs: int = 3, normalisation: Callable[[int], nn.Module] | None = None
) -> nn.Sequential:
    """(batch, inputs, height, width) -> (batch, last channels, height / 2^groups, width / 2^groups), rounded down.

    A convolution keeps the size and is followed by ReLU; with a `normalisation` (such as `nn.BatchNorm2d`) it has
    no bias, and the normalisation stands before the ReLU. Without one the layers are numbered as in the published
    ImageNet networks, whose weights fit by name.
    Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015.
    """
    layers: list[nn.Module] = []
    for group in groups:
        for channels in group:
            layers.append(nn.Conv2d(inputs, channels, 3, padding=1, bias=normalisation is None))
            layers += [normalisation(channels)] if normalisation is not None else []
            layers.append(nn.ReLU())
            inputs = channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)
