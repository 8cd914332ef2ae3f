"""Random parts of long recordings."""

from __future__ import annotations

import torch
from torch import Tensor


def random_crop(
    x: Tensor, lengths: Tensor, limit: int, hop: int = 1, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """At most `limit` steps of each row, from a random multiple of `hop` on.

    x (batch, time, ...), lengths (batch,) -> the same two for the parts, and the first step (batch,) of each part
    in its row. Rows that are short enough stay whole. Without a generator torch's own is used, as dropout does.
    """
    places = (lengths - limit).clamp(min=0) // hop + 1
    draw = torch.rand(len(lengths), generator=generator, device=lengths.device)
    first = (draw * places).long().minimum(places - 1) * hop
    steps = first.unsqueeze(1) + torch.arange(min(limit, x.shape[1]), device=x.device)
    rows = torch.arange(len(x), device=x.device).unsqueeze(1)
    return x[rows, steps.clamp(max=x.shape[1] - 1)], lengths.clamp(max=limit), first
