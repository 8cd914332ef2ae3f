"""Stacked frames are those of a plain loop."""

from __future__ import annotations

import torch

from ai4er.nn.stacked_frames import stacked_frames


def test_a_stack_is_filled_with_the_last_frame_and_nothing_behind_the_limit_is_read() -> None:
    x, lengths, limit, stack = torch.randn(3, 8, 2), [8, 5, 1], 7, 3
    found, valid = stacked_frames(x, torch.tensor(lengths), limit, stack)
    assert found.shape == (3, 3, 6)
    for row, length, steps, real in zip(x, lengths, found, valid):
        read = row[: min(length, limit)]
        wanted = [read[min(t, len(read) - 1)] for t in range(9)]
        torch.testing.assert_close(steps.flatten(), torch.stack(wanted).flatten())
        assert real.tolist() == [3 * step < len(read) for step in range(3)]


def test_a_stack_of_one_is_the_frames_themselves() -> None:
    x = torch.randn(2, 5, 3)
    found, valid = stacked_frames(x, torch.tensor([5, 5]), 9, 1)
    assert torch.equal(found, x) and bool(valid.all())
