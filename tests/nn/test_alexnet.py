"""AlexNet's convolutions have the published sizes and names."""

from __future__ import annotations

import torch

from ai4er.nn.alexnet import SMALLEST, alexnet
from ai4er.systems.base import parameter_count


def test_sizes_and_names_are_the_published_ones() -> None:
    made = alexnet()
    assert parameter_count(made) == 2_469_696
    assert [name for name in made.state_dict() if name.endswith("weight")] == [
        f"{number}.weight" for number in (0, 3, 6, 8, 10)
    ]
    assert made(torch.zeros(1, 3, 224, 224)).shape == (1, 256, 6, 6)


def test_the_smallest_image_leaves_one_place() -> None:
    made = alexnet((4, 4, 4, 4, 4))
    assert made(torch.zeros(1, 3, SMALLEST, SMALLEST)).shape == (1, 4, 1, 1)
    assert made(torch.zeros(1, 3, 256, 384)).shape == (1, 4, 7, 11)
