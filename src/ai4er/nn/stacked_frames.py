"""Several neighbouring frames as one."""

from __future__ import annotations

import torch
from torch import Tensor


def stacked_frames(x: Tensor, lengths: Tensor, limit: int, stack: int) -> tuple[Tensor, Tensor]:
    """The first `limit` frames, `stack` of them side by side as one step.

    x (batch, frames, features), lengths (batch,) -> (batch, steps, stack * features), valid (batch, steps). A stack
    that is not full repeats the last real frame.
    """
    lengths = lengths.clamp(max=limit)
    steps = torch.arange(-(-min(x.shape[1], limit) // stack) * stack, device=x.device)
    last = (lengths - 1).clamp(min=0).unsqueeze(1)
    x = x.gather(1, steps.minimum(last).unsqueeze(-1).expand(-1, -1, x.shape[2]))
    return x.reshape(x.shape[0], -1, stack * x.shape[2]), steps[::stack] < lengths.unsqueeze(1)
