"""Class weights: inverse counts of sum 1."""

from __future__ import annotations

import torch

from ai4er.losses.class_weights import class_weights


def test_weights_of_the_four_classes_of_iemocap() -> None:
    found = class_weights(torch.tensor([1103, 1636, 1708, 1084]))
    torch.testing.assert_close(found, torch.tensor([0.2996, 0.2020, 0.1935, 0.3049]), atol=5e-5, rtol=0)


def test_every_class_weighs_the_same_in_all() -> None:
    counts = torch.tensor([3, 50, 7])
    totals = class_weights(counts) * counts
    torch.testing.assert_close(totals, totals[:1].expand(3))


def test_an_absent_class_has_no_weight() -> None:
    torch.testing.assert_close(class_weights(torch.tensor([1, 0, 1])), torch.tensor([0.5, 0, 0.5]))
