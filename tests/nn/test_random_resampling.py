"""Random tempo against a loop over segments."""

from __future__ import annotations

import torch

from ai4er.nn.random_resampling import Tempo, random_tempo, resampled


def by_segments(x: torch.Tensor, length: int, segments: list[int], factors: list[float]) -> torch.Tensor:
    """One sequence (frames, features), segment by segment."""
    parts, first = [], 0
    for size, factor in zip(segments, factors):
        for step in range(int(size * factor) + 2):
            place = step / factor
            before = int(place)
            if before < size - 1 and first + before < length - 1:
                share = place - before
                parts.append((1 - share) * x[first + before] + share * x[first + before + 1])
        first += size
    return torch.stack(parts)[: len(x)]


def test_it_is_the_loop_over_segments() -> None:
    generator = torch.Generator().manual_seed(0)
    x, lengths = torch.randn(5, 96, 3), torch.tensor([96, 60, 41, 20, 7])
    tempo = random_tempo(5, 96, generator=generator)
    found, count = resampled(x, lengths, tempo)
    for row in range(5):
        expected = by_segments(x[row], int(lengths[row]), tempo.segments[row].tolist(), tempo.factors[row].tolist())
        assert count[row] == len(expected)
        torch.testing.assert_close(found[row, : len(expected)], expected, atol=1e-4, rtol=1e-4)
        assert not found[row, len(expected) :].any()


def test_factors_of_one_lose_the_last_frame_of_each_segment() -> None:
    x = torch.arange(1.0, 61).view(1, 60, 1)
    tempo = Tempo(torch.tensor([[20, 25, 30]]), torch.ones(1, 3))
    found, count = resampled(x, torch.tensor([60]), tempo)
    kept = [*range(1, 20), *range(21, 45), *range(46, 60)]
    assert found[0, : int(count), 0].tolist() == kept


def test_draws_are_inside_their_limits_and_cover_the_sequence() -> None:
    tempo = random_tempo(50, 192)
    assert tempo.segments.min() >= 19 and tempo.segments.max() <= 31
    assert tempo.factors.min() >= 0.5 and tempo.factors.max() <= 1.5
    assert (tempo.segments.sum(1) >= 192).all()
    assert resampled(torch.ones(50, 192, 1), torch.full((50,), 192), tempo)[0].shape == (50, 192, 1)
