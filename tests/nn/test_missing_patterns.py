"""Every item draws one pattern, and is never left with nothing that it has."""

from __future__ import annotations

import torch

from ai4er.nn.missing_patterns import draw_patterns

SIX = torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]]).bool()


def draw(available: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return draw_patterns(available, SIX, torch.Generator().manual_seed(seed))


def test_each_pattern_is_drawn_equally_often_and_the_full_one_never() -> None:
    drawn = draw(torch.ones(6000, 3, dtype=torch.bool))
    counts = (drawn.unsqueeze(1) == SIX).all(-1).sum(0)
    assert counts.sum() == 6000
    assert ((counts > 850) & (counts < 1150)).all()


def test_a_seed_repeats_the_draw() -> None:
    available = torch.ones(50, 3, dtype=torch.bool)
    assert torch.equal(draw(available, 3), draw(available, 3))
    assert not torch.equal(draw(available, 3), draw(available, 4))


def test_an_item_keeps_something_of_what_it_has_and_gains_nothing() -> None:
    available = torch.tensor([[True, False, False], [False, True, True], [False, False, False]]).repeat(200, 1)
    drawn = draw(available)
    assert not (drawn & ~available).any()
    assert torch.equal(drawn.any(1), available.any(1))
