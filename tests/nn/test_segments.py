"""Segments: which steps they hold, and that a sequence is answered for by all of its segments."""

from __future__ import annotations

import pytest
import torch

from ai4er.nn.segments import centred, cut, segments, surroundings


@pytest.mark.parametrize(
    ("length", "size", "step", "first"),
    [(7, 3, 3, [0, 3, 4]), (6, 3, 3, [0, 3]), (2, 3, 3, [0]), (5, 3, 1, [0, 1, 2]), (8, 4, 3, [0, 3, 4])],
)
def test_every_step_is_in_a_segment_and_no_segment_leaves_the_sequence(
    length: int, size: int, step: int, first: list[int]
) -> None:
    found = segments(torch.tensor([length]), size, step)
    assert found.first.tolist() == first
    covered = {start + k for start in first for k in range(size) if start + k < length}
    assert covered == set(range(length))


def test_segments_hold_the_steps_of_their_row_and_zeros_behind_its_end() -> None:
    x = torch.arange(1, 15).view(2, 7)
    lengths = torch.tensor([7, 2])
    where = segments(lengths, 3, 3)
    pieces, real = cut(x, lengths, where, 3)
    assert pieces.tolist() == [[1, 2, 3], [4, 5, 6], [5, 6, 7], [8, 9, 0]]
    assert real.tolist() == [3, 3, 3, 2]


def test_an_input_of_half_the_rate_is_cut_at_the_same_times() -> None:
    lengths = torch.tensor([14])
    where = segments(lengths, 6, 6)
    fine, _ = cut(torch.arange(14).unsqueeze(0), lengths, where, 6)
    coarse, real = cut(torch.arange(7).unsqueeze(0), torch.tensor([7]), where, 3, rate=0.5)
    assert torch.equal(fine[:, ::2] // 2, coarse)
    assert real.tolist() == [3, 3, 3]


def test_a_row_has_the_mean_of_the_posteriors_of_its_segments() -> None:
    where = segments(torch.tensor([7, 2]), 3, 3)
    logits = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    found = where.mean_posterior(logits)
    posteriors = logits.softmax(1)
    torch.testing.assert_close(found.softmax(1), torch.stack([posteriors[:3].mean(0), posteriors[3]]))
    torch.testing.assert_close(found.exp().sum(1), torch.ones(2))


def test_every_step_is_the_centre_of_a_segment_and_the_ends_are_repeated() -> None:
    x, counts = torch.arange(1, 13).view(2, 6), torch.tensor([6, 2])
    where = centred(counts)
    assert where.row.tolist() == [0] * 6 + [1] * 2
    pieces = surroundings(x, counts, where, 5)
    assert pieces[:2].tolist() == [[1, 1, 1, 2, 3], [1, 1, 2, 3, 4]]
    assert pieces[5:].tolist() == [[4, 5, 6, 6, 6], [7, 7, 7, 8, 8], [7, 7, 8, 8, 8]]
    assert surroundings(x, counts, where, 2)[:3].tolist() == [[1, 2], [2, 3], [3, 4]]
