"""Sequences brought to one length by repeating them."""

from __future__ import annotations

import torch
from torch import Tensor


def tile(x: Tensor, lengths: Tensor, size: int) -> Tensor:
    """Step k of a row is its step k mod its length: x (batch, steps, ...), lengths (batch,) -> (batch, size, ...).

    Longer rows are cut; a row of length 0 counts as one of its first step.

    >>> tile(torch.tensor([[1, 2, 3], [4, 0, 0]]), torch.tensor([3, 1]), 5).tolist()
    [[1, 2, 3, 1, 2], [4, 4, 4, 4, 4]]
    """
    places = torch.arange(size, device=x.device) % lengths.clamp(min=1).unsqueeze(1)
    return x[torch.arange(len(x), device=x.device).unsqueeze(1), places]
