"""Span masks: how many, how long, and where."""

from __future__ import annotations

import torch

from ai4er.nn.span_masks import span_mask


def runs(row: torch.Tensor) -> list[int]:
    """The lengths of the runs of True."""
    edges = torch.diff(row.int(), prepend=torch.zeros(1, dtype=torch.int), append=torch.zeros(1, dtype=torch.int))
    return ((edges == -1).nonzero() - (edges == 1).nonzero()).flatten().tolist()


def test_a_single_span_has_its_length_and_ends_before_the_row_does() -> None:
    torch.manual_seed(0)
    lengths = torch.randint(15, 60, (500,))
    masks = span_mask(lengths, 60, 15, 0, least=1)
    assert all(runs(row) == [15] for row in masks)
    assert not (masks & (torch.arange(60) >= lengths.unsqueeze(1))).any()


def test_the_number_of_spans_follows_the_length_and_is_rounded_at_random() -> None:
    torch.manual_seed(0)
    length, span = 1000, 1
    counts = torch.tensor([int(span_mask(torch.tensor([length]), length, span, 0.0025).sum()) for _ in range(400)])
    assert set(counts.tolist()) == {2, 3}
    assert abs(counts.float().mean() - 2.5) < 0.1


def test_at_least_two_spans_and_none_in_a_row_that_is_shorter_than_one() -> None:
    masks = span_mask(torch.tensor([100, 29, 14]), 100, 15, 0.08, least=2)
    covered = masks.sum(1).tolist()
    assert 16 <= covered[0] <= 30
    assert covered[1:] == [15, 0]


def test_all_places_are_equally_likely() -> None:
    torch.manual_seed(1)
    first = span_mask(torch.full((4000,), 12), 12, 3, 0, least=1).float().argmax(1)
    assert torch.bincount(first, minlength=10).float().div(4000).sub(0.1).abs().max() < 0.02
    assert first.max() == 9


def test_a_generator_repeats_it() -> None:
    one, two = (span_mask(torch.tensor([50, 40]), 50, 5, 0.5, generator=torch.Generator().manual_seed(3)) for _ in "ab")
    assert torch.equal(one, two)
