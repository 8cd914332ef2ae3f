"""A share of the channels moved along time, which mixes neighbouring frames without a weight or a product."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def temporal_shift(x: Tensor, share: int, bidirectional: bool = False, steps: int = 1) -> Tensor:
    """The first `features // share` channels delayed by `steps`, in both directions as many more advanced.

    x (batch, time, features) -> the same shape: out[t] = x[t - steps] on the first fold, out[t] = x[t + steps] on the
    second one if `bidirectional`, x[t] on all other channels; zeros come in at the ends. x itself is left as it is.
    Source: Lin et al., "TSM: Temporal Shift Module for Efficient Video Understanding", ICCV 2019, section 3.

    >>> temporal_shift(torch.tensor([[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]]), share=2)[0].tolist()
    [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    """
    fold, steps = x.shape[2] // share, min(steps, x.shape[1])
    delayed, rest = x[..., :fold], x[..., fold:]
    parts = [functional.pad(delayed, (0, 0, steps, -steps))]
    if bidirectional:
        parts.append(functional.pad(rest[..., :fold], (0, 0, -steps, steps)))
        rest = rest[..., fold:]
    return torch.cat([*parts, rest], dim=2)
