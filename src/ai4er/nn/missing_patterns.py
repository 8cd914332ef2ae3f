"""Which modalities an item keeps, when training imitates incomplete input."""

from __future__ import annotations

import torch
from torch import Tensor


def draw_patterns(available: Tensor, patterns: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """What stays present of each item: one of the patterns, uniform over those that leave it something.

    available (batch, modalities) and patterns (patterns, modalities) booleans -> (batch, modalities). An item
    of which nothing is available stays empty. Without a generator torch's own is used, as dropout does.
    """
    possible = (patterns & available.unsqueeze(1)).any(-1)
    possible = possible | ~possible.any(-1, keepdim=True)
    drawn = torch.multinomial(possible.float(), 1, generator=generator).squeeze(1)
    return patterns[drawn] & available
