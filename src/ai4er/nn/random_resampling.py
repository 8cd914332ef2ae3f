"""Sequences told at a tempo that changes at random, so that nothing of their rhythm is left."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Tempo(NamedTuple):
    """A draw for several sequences: lengths of segments and how long each becomes, both (batch, segments)."""

    segments: Tensor
    factors: Tensor


def random_tempo(
    batch: int, frames: int, shortest: int = 19, longest: int = 31, slowest: float = 1.5, fastest: float = 0.5,
    generator: torch.Generator | None = None, device: torch.device | None = None,
) -> Tempo:  # fmt: skip
    """Segments that reach over `frames` frames, of `shortest` to `longest`, each stretched by a factor of its own."""
    shape = (batch, frames // shortest + 1)
    draw, more = (torch.rand(shape, generator=generator, device=device) for _ in range(2))
    return Tempo(shortest + (draw * (longest - shortest + 1)).long(), fastest + more * (slowest - fastest))


def resampled(x: Tensor, lengths: Tensor, tempo: Tempo) -> tuple[Tensor, Tensor]:
    """Each segment of x (batch, frames, features) stretched by linear interpolation, and joined again.

    The result is as wide as x: what does not fit is cut, and behind the new lengths (batch,) are zeros. A segment is
    open at its end, so with factors of 1 the last frame of each is lost. Source: Qian et al., "Unsupervised speech
    decomposition via triple information bottleneck", ICML 2020, section 3.4 (random resampling, after Polyak and
    Wolf 2019).
    """
    frames = x.shape[1]
    widths = ((tempo.segments - 1) * tempo.factors).ceil().long()  # steps k with k / factor below the last frame
    ends, first = widths.cumsum(1), tempo.segments.cumsum(1) - tempo.segments
    steps = torch.arange(frames, device=x.device).expand(len(x), -1).contiguous()
    segment = torch.searchsorted(ends, steps, right=True).clamp(max=ends.shape[1] - 1)
    inside = steps - (ends - widths).gather(1, segment)
    place = first.gather(1, segment) + inside / tempo.factors.gather(1, segment)
    before = place.floor().long()
    real = (steps < ends[:, -1:]) & (before < lengths.unsqueeze(1) - 1)
    share = (place - before).unsqueeze(-1).to(x.dtype)
    rows = torch.arange(len(x), device=x.device).unsqueeze(1)
    low, high = (x[rows, index.clamp(0, frames - 1)] for index in (before, before + 1))
    return ((1 - share) * low + share * high) * real.unsqueeze(-1), real.sum(1).clamp(min=1)
