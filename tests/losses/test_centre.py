"""The centre loss: squared distances to the centre of the own class, and to no other."""

from __future__ import annotations

import torch

from ai4er.losses.centre import CentreLoss


def test_it_is_the_mean_squared_distance_of_labelled_items_to_the_centre_of_their_class() -> None:
    torch.manual_seed(0)
    loss, x, y = CentreLoss(3, 5), torch.randn(4, 5), torch.tensor([2, 0, -100, 0])
    wanted = sum((x[i] - loss.centres[y[i]]) @ (x[i] - loss.centres[y[i]]) for i in (0, 1, 3)) / 3
    torch.testing.assert_close(loss(x, y), wanted)
    loss(x, y).backward()
    assert loss.centres.grad is not None and not loss.centres.grad[1].any() and loss.centres.grad[[0, 2]].any()


def test_it_is_0_on_the_centres_and_without_labels() -> None:
    loss, y = CentreLoss(3, 5), torch.tensor([2, 0])
    assert float(loss(loss.centres[y].detach(), y)) == 0
    assert float(loss(torch.randn(2, 5), torch.full((2,), -100))) == 0
