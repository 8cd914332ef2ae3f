"""CTC pseudo-alignment keeps what the frames say and drops padding."""

from __future__ import annotations

import torch

from ai4er.nn.pseudo_alignment import PseudoAlignment, alignment_loss


def test_each_position_is_the_share_weighted_sum_of_the_frames() -> None:
    torch.manual_seed(0)
    made, x = PseudoAlignment(3, 4), torch.randn(2, 7, 3)
    aligned, logarithms = made(x, torch.tensor([7, 7]))
    assert aligned.shape == (2, 4, 3) and logarithms.shape == (2, 7, 5)
    shares = logarithms.exp()
    torch.testing.assert_close(shares.sum(-1), torch.ones(2, 7))
    torch.testing.assert_close(aligned[1, 2], (shares[1, :, 3:4] * x[1]).sum(0))


def test_padding_changes_neither_the_alignment_nor_its_loss() -> None:
    torch.manual_seed(0)
    made, x = PseudoAlignment(3, 4), torch.randn(1, 7, 3)
    padded = torch.cat([x, torch.ones(1, 5, 3)], dim=1)
    lengths, positions = torch.tensor([7]), torch.tensor([4])
    (one, ours), (other, theirs) = made(x, lengths), made(padded, lengths)
    torch.testing.assert_close(one, other)
    torch.testing.assert_close(alignment_loss(ours, lengths, positions), alignment_loss(theirs, lengths, positions))


def test_the_loss_wants_every_position_in_order() -> None:
    def loss(path: list[int]) -> float:
        logarithms = torch.full((1, len(path), 4), -50.0)
        logarithms[0, torch.arange(len(path)), path] = 0.0
        return alignment_loss(logarithms, torch.tensor([len(path)]), torch.tensor([3])).item()

    assert loss([1, 0, 2, 2, 3]) < 1e-4
    assert loss([1, 0, 3, 3, 2]) > 10
    assert loss([1, 3]) == 0, "two frames cannot pass three positions"
