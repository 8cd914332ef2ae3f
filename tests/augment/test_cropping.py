"""Random crops lie inside their rows."""

from __future__ import annotations

import torch

from ai4er.augment.cropping import random_crop


def test_a_part_is_the_row_from_its_first_step_on() -> None:
    x = torch.arange(100).repeat(6, 1)
    lengths = torch.tensor([100, 50, 21, 20, 7, 1])
    part, shorter, first = random_crop(x, lengths, 20, generator=torch.Generator().manual_seed(0))
    assert shorter.tolist() == [20, 20, 20, 20, 7, 1]
    assert torch.equal(part[:4], first[:4].unsqueeze(1) + torch.arange(20))
    assert (first + shorter <= lengths).all()
    assert first[3:].tolist() == [0, 0, 0]


def test_every_multiple_of_the_hop_may_begin_it() -> None:
    lengths = torch.full((2000,), 30)
    _, _, first = random_crop(torch.zeros(2000, 30), lengths, 10, hop=5, generator=torch.Generator().manual_seed(0))
    counts = torch.bincount(first, minlength=21)
    assert counts[::5].min() > 300
    assert counts.sum() == counts[::5].sum()
