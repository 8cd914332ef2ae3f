"""Frames in another order on one scale of time, and in their own order on the other.

Both functions return the places (batch, steps) from which the frames of each row are taken: `reordered(x, order)` is
the shuffled sequence. Blocks of `block` frames begin with the sequence, the last one may be shorter; lengths (batch,).
Frames behind the end of a row stay where they are. Without a generator torch's own is used, as dropout does.
Source: "ShuffleAugment: A Data Augmentation Method Using Time Shuffling", ICASSP 2023.
"""

from __future__ import annotations

import torch
from torch import Tensor


def within_blocks(lengths: Tensor, steps: int, block: int, generator: torch.Generator | None = None) -> Tensor:
    """Short-term shuffle: the frames of every block at random, the blocks in their order."""
    places = torch.arange(steps, device=lengths.device)
    draw = torch.rand(len(lengths), steps, generator=generator, device=lengths.device)
    order = draw.masked_fill(places >= lengths.unsqueeze(1), 2.0).argsort(dim=1, stable=True)
    blocks = (order // block).masked_fill(order >= lengths.unsqueeze(1), steps)
    return order.gather(1, blocks.argsort(dim=1, stable=True))


def whole_blocks(lengths: Tensor, steps: int, block: int, generator: torch.Generator | None = None) -> Tensor:
    """Long-term shuffle: the blocks at random, the frames of each block in their order."""
    places = torch.arange(steps, device=lengths.device)
    draw = torch.rand(len(lengths), -(-steps // block), generator=generator, device=lengths.device)
    behind = places >= lengths.unsqueeze(1)
    return draw[:, places // block].masked_fill(behind, 2.0).argsort(dim=1, stable=True)


def reordered(x: Tensor, order: Tensor) -> Tensor:
    """x (batch, steps, ...) with its frames taken from order (batch, steps)."""
    return x[torch.arange(len(x), device=x.device).unsqueeze(1), order]
