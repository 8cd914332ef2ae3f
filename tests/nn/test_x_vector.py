"""The x-vector network."""

from __future__ import annotations

import torch

from ai4er.nn.x_vector import XVector


def network() -> XVector:
    torch.manual_seed(0)
    return XVector(6, (8, 8, 8, 8, 10), embedding=4).eval()


def test_a_frame_sees_fifteen_frames() -> None:
    whole = network()
    assert whole.context == 14
    assert whole.frames(torch.randn(1, 15, 6)).shape == (1, 1, 10)
    x = torch.randn(1, 40, 6, requires_grad=True)
    whole.frames(x)[0, 10].sum().backward()
    assert x.grad is not None
    seen = x.grad[0].any(-1).nonzero().flatten()
    assert (int(seen.min()), int(seen.max())) == (10, 24)


def test_statistics_are_those_of_each_sequence_with_the_unbiased_deviation() -> None:
    whole, x = network(), torch.randn(2, 40, 6)
    found = whole(x, torch.tensor([40, 25]))
    for row, length in enumerate((40, 25)):
        frames = whole.frames(x[row : row + 1, :length])[0]
        expected = whole.output(torch.cat([frames.mean(0), frames.std(0)]))
        torch.testing.assert_close(found[row], expected, atol=1e-5, rtol=1e-5)


def test_short_sequences_are_continued_with_silence() -> None:
    whole, x = network(), torch.randn(1, 9, 6)
    found = whole(x, torch.tensor([9]))
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found, whole(torch.nn.functional.pad(x, (0, 0, 0, 20)), torch.tensor([9])))
