"""How features rise and fall: slopes over neighbouring steps, as channels of an image."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_SLOPE = (-0.2, -0.1, 0.0, 0.1, 0.2)
"""The regression slope of five values: sum_k k x_{t+k} / sum_k k^2."""


def with_deltas(x: Tensor) -> Tensor:
    """Values, their slopes and the slopes of these: (items, bands, steps) -> (items, 3, bands, steps).

    The first and the last step are repeated beyond the ends, at each of the two times.
    Source: Furui, "Speaker-independent isolated word recognition using dynamic features of speech spectrum", IEEE
    Transactions on Acoustics, Speech, and Signal Processing 34(1), 1986.
    """
    kernel = x.new_tensor(_SLOPE).view(1, 1, -1)
    shown = [x]
    for _ in range(2):
        rows = functional.pad(shown[-1].flatten(0, 1).unsqueeze(1), (2, 2), mode="replicate")
        shown.append(functional.conv1d(rows, kernel).view(x.shape))
    return torch.stack(shown, dim=1)
