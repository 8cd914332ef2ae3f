"""Sequences of similar length together, so that little of what is computed is padding."""

from __future__ import annotations

from torch import Tensor


def length_groups(lengths: Tensor, size: int) -> list[Tensor]:
    """The places of the sequences, sorted by their lengths (sequences,), in groups of at most `size`.

    >>> import torch
    >>> [group.tolist() for group in length_groups(torch.tensor([9, 2, 7, 3, 2]), 2)]
    [[1, 4], [3, 2], [0]]
    """
    return list(lengths.argsort(stable=True).split(size))
