"""One common extractor, a private one for each modality, and an adversary that sees real steps only."""

from __future__ import annotations

import torch

from ai4er.nn.common_private import CommonPrivate, orthogonality


def parts() -> CommonPrivate:
    torch.manual_seed(0)
    return CommonPrivate(modalities=3, features=6, discriminator=4, dropout=0.1, private_dropout=0.1).eval()


def test_swapping_modalities_swaps_what_they_have_in_common_and_nothing_private() -> None:
    made, encoded = parts(), torch.randn(3, 2, 5, 6)
    private, common = made(encoded)
    other_private, other_common = made(encoded[[1, 0, 2]])
    torch.testing.assert_close(other_common, common[[1, 0, 2]])
    assert not torch.allclose(other_private[:2], private[[1, 0]])


def test_the_adversary_does_not_see_padding() -> None:
    made, x, mask = parts(), torch.randn(3, 2, 5, 6), torch.arange(5) < torch.tensor([[5], [3]])
    changed = torch.where(mask[None, :, :, None], x, torch.tensor(7.0))
    torch.testing.assert_close(made.adversary(x, mask), made.adversary(changed, mask))


def test_parts_in_different_units_are_orthogonal() -> None:
    mask = torch.ones(1, 2, dtype=torch.bool)
    units = torch.eye(6).view(6, 1, 1, 6).expand(6, 1, 2, 6)
    assert orthogonality(units[:3], units[3:], mask) == 0
    ones = torch.ones(3, 1, 2, 2)
    assert orthogonality(ones, ones, mask) == 6 * 16
