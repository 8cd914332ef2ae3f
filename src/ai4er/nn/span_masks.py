"""Random spans of steps or channels, as SpecAugment and masked prediction hide them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def span_mask(
    lengths: Tensor, steps: int, span: int, probability: float, least: int = 0, generator: torch.Generator | None = None
) -> Tensor:
    """True inside random spans: lengths (batch,) -> (batch, steps).

    A row of length L gets probability * L / span spans, rounded at random (one draw for the whole batch), but at
    least `least` and at most L // span of them, so that a row shorter than a span gets none. The first
    steps of the spans are drawn without repetition; spans may overlap, and none reaches behind the length.
    Without a generator torch's own is used, as dropout does.
    Source: wav2vec 2.0 (Baevski et al. 2020, arXiv 2006.11477, section 3.1), the counting rule of its code.
    """
    draw = torch.rand((), generator=generator, device=lengths.device)
    number = (probability * lengths / span + draw).floor().clamp(min=least).minimum(lengths // span)
    order = torch.rand(len(lengths), steps, generator=generator, device=lengths.device)
    possible = torch.arange(steps, device=lengths.device) <= (lengths - span).unsqueeze(1)
    rank = order.masked_fill(~possible, 2).argsort(1).argsort(1)
    first = (rank < number.unsqueeze(1)).float()
    return functional.max_pool1d(functional.pad(first, (span - 1, 0)), span, stride=1).bool()
