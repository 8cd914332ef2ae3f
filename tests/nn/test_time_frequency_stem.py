"""The stem's two convolutions look along their own axis and are separate."""

from __future__ import annotations

import torch

from ai4er.nn.time_frequency_stem import TimeFrequencyStem


def reach(kernel: tuple[int, int], branch: int) -> torch.Tensor:
    """Where the middle of a branch's convolution depends on the input, (frames, bands) booleans."""
    torch.manual_seed(0)
    stem = TimeFrequencyStem(4, *((kernel, (1, 1)) if branch == 0 else ((1, 1), kernel))).eval()
    x = torch.randn(1, 1, 15, 15, requires_grad=True)
    (stem.time, stem.frequency)[branch][0](x)[0, :, 7, 7].square().sum().backward()
    assert x.grad is not None
    return x.grad[0, 0] != 0


def test_every_branch_keeps_the_size_and_sees_as_far_as_its_kernel() -> None:
    for branch in (0, 1):
        for kernel in ((9, 1), (1, 9), (10, 2), (2, 8)):
            seen = reach(kernel, branch).nonzero()
            extent = seen.max(0).values - seen.min(0).values + 1
            assert all(int(n) <= k for n, k in zip(extent, kernel)), (kernel, extent)
    stem = TimeFrequencyStem(4, (10, 2), (2, 8))
    assert [tuple(found.shape) for found in stem(torch.randn(3, 1, 12, 11))] == [(3, 4, 12, 11)] * 2


def test_the_branches_share_nothing() -> None:
    stem, x = TimeFrequencyStem(4, (3, 1), (1, 3)), torch.randn(2, 1, 6, 6)
    before = stem(x)
    for parameter in stem.time.parameters():
        torch.nn.init.zeros_(parameter)
    after = stem(x)
    assert not after[0].any() and torch.equal(after[1], before[1])
