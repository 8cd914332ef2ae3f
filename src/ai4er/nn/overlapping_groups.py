"""Groups of neighbouring steps around every step of a sequence, and means over what belongs together."""

from __future__ import annotations

import torch
from torch import Tensor


def overlapping_groups(lengths: Tensor, time: int) -> tuple[Tensor, Tensor]:
    """`time` windows around every window, stride 1, the edges repeated.

    lengths (batch,) -> the record of each group (groups,) and its windows (groups, time); the window that a
    group is around stands at time // 2. A length of 0 counts as 1.

    >>> record, steps = overlapping_groups(torch.tensor([3, 1]), 2)
    >>> record.tolist(), steps.tolist()
    ([0, 0, 0, 1], [[0, 0], [0, 1], [1, 2], [0, 0]])
    """
    lengths = lengths.clamp(min=1)
    record = torch.arange(len(lengths), device=lengths.device).repeat_interleave(lengths)
    first = lengths.cumsum(0) - lengths
    centre = torch.arange(len(record), device=lengths.device) - first[record]
    steps = centre.unsqueeze(1) + torch.arange(time, device=lengths.device) - time // 2
    return record, steps.clamp(min=0).minimum(lengths[record].unsqueeze(1) - 1)


def mean_by(record: Tensor, values: Tensor, size: int) -> Tensor:
    """Mean of the rows of each record: values (groups, features) -> (size, features), 0 without a row.

    >>> mean_by(torch.tensor([0, 0, 2]), torch.tensor([[1.0], [3.0], [5.0]]), 3).tolist()
    [[2.0], [0.0], [5.0]]
    """
    weights = 1 / torch.bincount(record, minlength=size).clamp(min=1).to(values.dtype)
    return values.new_zeros(size, values.shape[1]).index_add(0, record, values * weights[record].unsqueeze(1))
