"""VGG's convolutions: the published counts and names, and what normalisation changes."""

from __future__ import annotations

import torch
from torch import nn

from ai4er.nn.vgg import VGG11, vgg


def test_configuration_a_has_the_published_weights_under_the_published_names() -> None:
    with torch.device("meta"):
        network = vgg(VGG11)
    assert sum(p.numel() for p in network.parameters()) == 9_220_480
    convolutions = [name for name, layer in network.named_children() if isinstance(layer, nn.Conv2d)]
    assert convolutions == ["0", "3", "6", "8", "11", "13", "16", "18"]


def test_every_group_halves_the_image_and_normalisation_takes_the_place_of_the_bias() -> None:
    network = vgg(((4,), (8, 8)), inputs=1, normalisation=nn.BatchNorm2d)
    assert network(torch.zeros(2, 1, 13, 20)).shape == (2, 8, 3, 5)
    kinds = [type(layer).__name__ for layer in network]
    assert kinds == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", *["Conv2d", "BatchNorm2d", "ReLU"] * 2, "MaxPool2d"]
    assert all(layer.bias is None for layer in network if isinstance(layer, nn.Conv2d))
