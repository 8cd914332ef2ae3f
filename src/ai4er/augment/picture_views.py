"""A batch of pictures as each might also have been taken, drawn anew whenever it is asked for."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

TURN = 10.0
"""Degrees by which a picture is turned at most, to either side."""
SCALE = 0.1
"""How much larger or smaller a picture may be, as a share; each side besides by half of that."""
SHIFT = 0.06
"""The share of width and height by which it is moved at most, to either side."""
CONTRAST, BRIGHTNESS, GAMMA = 0.4, 0.15, 0.4
"""The largest changes: contrast as a share, brightness of a range of 1, and the logarithm of gamma."""
ERASED = 0.3
"""The share of pictures with a hole."""
HOLE = (0.17, 0.45)
"""The smallest and the largest side of a hole, as a share of that of the picture."""


def other_views(images: Tensor, generator: np.random.Generator) -> Tensor:
    """Another view of each picture (batch, channels, height, width) in [0, 1], of the same size and range.

    Mirrored every second time, turned, scaled, moved, in another light, and some with a hole of their mean brightness;
    each change is drawn evenly and for each picture apart. What comes in from outside repeats the edge.
    """
    return _holed(_in_another_light(_moved(images, generator), generator), generator)


def _moved(images: Tensor, generator: np.random.Generator) -> Tensor:
    count = len(images)
    turn = np.deg2rad(generator.uniform(-TURN, TURN, count))
    scale = generator.uniform(1 - SCALE, 1 + SCALE, count)
    stretch = generator.uniform(1 - SCALE / 2, 1 + SCALE / 2, count)
    mirror = np.where(generator.random(count) < 0.5, -1, 1)
    shift = generator.uniform(-2 * SHIFT, 2 * SHIFT, (2, count))  # the grid is two wide
    across = [mirror * scale * stretch * np.cos(turn), -scale * np.sin(turn), shift[0]]
    down = [mirror * scale * np.sin(turn), scale / stretch * np.cos(turn), shift[1]]
    change = torch.from_numpy(np.array([across, down], np.float32)).permute(2, 0, 1).to(images.device)
    grid = functional.affine_grid(change, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _in_another_light(images: Tensor, generator: np.random.Generator) -> Tensor:
    def drawn(limit: float) -> Tensor:
        found = generator.uniform(-limit, limit, (len(images), 1, 1, 1)).astype(np.float32)
        return torch.from_numpy(found).to(images.device)

    curved = images.clamp(0, 1) ** drawn(GAMMA).exp()
    return ((curved - 0.5) * (1 + drawn(CONTRAST)) + 0.5 + drawn(BRIGHTNESS)).clamp(0, 1)


def _holed(images: Tensor, generator: np.random.Generator) -> Tensor:
    def covered(side: int) -> np.ndarray:
        """Whether each place along a side lies in the hole, (batch, side)."""
        middle, half = generator.uniform(0, 1, (count, 1)), generator.uniform(*HOLE, (count, 1)) / 2
        return np.abs((np.arange(side) + 0.5) / side - middle) < half

    count, _, height, width = images.shape
    there = generator.random((count, 1, 1)) < ERASED
    hole = torch.from_numpy(covered(height)[:, :, None] & covered(width)[:, None] & there)[:, None].to(images.device)
    return torch.where(hole, images.mean((1, 2, 3), keepdim=True), images)
