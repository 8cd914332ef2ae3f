"""Segments of one length cut out of sequences, and the answer for a sequence out of those for its segments."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Segments(NamedTuple):
    """Where segments lie: the row of each, its first step there, both (segments,), and how many rows there are."""

    row: Tensor
    first: Tensor
    rows: int

    def mean(self, x: Tensor) -> Tensor:
        """The mean over the segments of each row: x (segments, features) -> (rows, features)."""
        total = x.new_zeros(self.rows, x.shape[1]).index_add(0, self.row, x)
        return total / torch.bincount(self.row, minlength=self.rows).unsqueeze(1)

    def mean_posterior(self, logits: Tensor) -> Tensor:
        """The logarithm of the mean of the segments' softmax: (segments, classes) -> (rows, classes)."""
        return self.mean(logits.float().softmax(1)).log()


def segments(lengths: Tensor, size: int, step: int) -> Segments:
    """Segments of `size` steps that begin every `step` steps; the last one is shifted back so that it ends in its row.

    A row that is not longer than `size` is one segment. lengths (batch,).

    >>> segments(torch.tensor([7, 3]), size=3, step=3).first.tolist()
    [0, 3, 4, 0]
    """
    last = (lengths - size).clamp(min=0)
    counts = 1 + (last + step - 1) // step
    row = torch.repeat_interleave(torch.arange(len(lengths), device=lengths.device), counts)
    number = torch.arange(len(row), device=lengths.device) - (counts.cumsum(0) - counts)[row]
    return Segments(row, (number * step).minimum(last[row]), len(lengths))


def cut(x: Tensor, lengths: Tensor, where: Segments, size: int, rate: float = 1.0) -> tuple[Tensor, Tensor]:
    """Segments of x (batch, steps, ...) with zeros behind the end of their row: (segments, size, ...), real steps.

    `rate` is the number of steps of x for each step in which `where` counts. The real steps (segments,) are at least 1.
    """
    first = (where.first * rate).round().long()
    steps = first.unsqueeze(1) + torch.arange(size, device=x.device)
    there = lengths[where.row]
    pieces = x[where.row.unsqueeze(1), steps.clamp(max=x.shape[1] - 1)]
    real = (steps < there.unsqueeze(1)).view(*steps.shape, *(1 for _ in x.shape[2:]))
    return torch.where(real, pieces, 0), (there - first).clamp(1, size)


def centred(counts: Tensor, step: int = 1) -> Segments:
    """One segment around every `step`-th step of each row; `first` is the step in its centre. counts (batch,).

    >>> centred(torch.tensor([5, 1]), 2).first.tolist()
    [0, 2, 4, 0]
    """
    numbers = (counts.clamp(min=1) + step - 1) // step
    row = torch.repeat_interleave(torch.arange(len(counts), device=counts.device), numbers)
    number = torch.arange(len(row), device=counts.device) - (numbers.cumsum(0) - numbers)[row]
    return Segments(row, number * step, len(counts))


def surroundings(x: Tensor, counts: Tensor, where: Segments, size: int) -> Tensor:
    """The `size` steps around each centre; the first and the last step of a row are repeated beyond its ends.

    x (batch, steps, ...), counts (batch,) -> (segments, size, ...), with (size - 1) // 2 steps before the centre.
    """
    steps = where.first.unsqueeze(1) + torch.arange(size, device=x.device) - (size - 1) // 2
    last = (counts[where.row].unsqueeze(1) - 1).clamp(min=0)
    return x[where.row.unsqueeze(1), steps.clamp(min=0).minimum(last)]
