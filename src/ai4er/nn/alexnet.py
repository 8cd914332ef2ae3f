"""The convolutions of AlexNet."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

ALEXNET = (64, 192, 384, 256, 256)
"""The channels of its five convolutions, 2,469,696 weights for three input channels."""
SMALLEST = 63
"""The height and width from which an image leaves one place or more."""


def alexnet(channels: Sequence[int] = ALEXNET, inputs: int = 3) -> nn.Sequential:
    """(batch, inputs, height, width) -> (batch, last channels, height / 32 - 1, width / 32 - 1), roughly.

    Layers are numbered as in the published ImageNet network, whose weights fit by name; they begin at random with
    deviations that suit a ReLU behind each.
    Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", arXiv 1404.5997, 2014.
    """
    first, second, third, fourth, fifth = channels
    layers = nn.Sequential(
        nn.Conv2d(inputs, first, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(first, second, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(second, third, 3, padding=1), nn.ReLU(),
        nn.Conv2d(third, fourth, 3, padding=1), nn.ReLU(),
        nn.Conv2d(fourth, fifth, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return layers
