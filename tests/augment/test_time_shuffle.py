"""Time shuffling keeps on one scale what it changes on the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from ai4er.augment.time_shuffle import reordered, whole_blocks, within_blocks

Shuffle = Callable[..., torch.Tensor]
LENGTHS = torch.tensor([23, 14, 1])


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("shuffle", [within_blocks, whole_blocks])
@pytest.mark.parametrize("block", [1, 4, 5, 40])
def test_every_frame_stays_once_and_padding_where_it_is(shuffle: Shuffle, block: int) -> None:
    order = shuffle(LENGTHS, 25, block, generator())
    for row, length in zip(order, LENGTHS.tolist()):
        assert row[:length].sort().values.tolist() == list(range(length))
        assert row[length:].tolist() == list(range(length, 25))


def test_short_term_shuffle_keeps_frames_in_their_blocks() -> None:
    order, places = within_blocks(LENGTHS, 25, 4, generator()), torch.arange(25)
    assert torch.equal((order // 4)[0, :23], (places // 4)[:23])
    assert ((order - places).abs()[0, :23] < 4).all() and bool((order[0] != places).any())
    x = torch.randn(3, 25, 2)
    means = (part[:1, :20].unflatten(1, (5, 4)).mean(2) for part in (x, reordered(x, order)))
    torch.testing.assert_close(*means)


def test_long_term_shuffle_keeps_the_inside_of_blocks() -> None:
    order = whole_blocks(LENGTHS, 25, 4, generator())[0, :23].tolist()
    starts = [i for i, place in enumerate(order) if place % 4 == 0]
    for start in starts:
        size = min(4, 23 - order[start])
        assert order[start : start + size] == list(range(order[start], order[start] + size))
    assert len(starts) == 6 and order != list(range(23))


def test_the_identities_and_the_full_permutations_of_both_scales() -> None:
    places = torch.arange(25).expand(3, 25)
    assert torch.equal(within_blocks(LENGTHS, 25, 1), places)
    assert torch.equal(whole_blocks(LENGTHS, 25, 25), places)
    for order in (within_blocks(LENGTHS, 25, 25, generator()), whole_blocks(LENGTHS, 25, 1, generator())):
        assert (order[0, :23] - torch.arange(23)).abs().max() > 10


@pytest.mark.parametrize("shuffle", [within_blocks, whole_blocks])
def test_a_seed_repeats_it_and_rows_differ(shuffle: Shuffle) -> None:
    lengths = torch.tensor([24, 24])
    one, again, other = (shuffle(lengths, 24, 6, generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert not torch.equal(one[0], one[1])


@pytest.mark.parametrize("shuffle", [within_blocks, whole_blocks])
def test_the_first_places_are_even(shuffle: Shuffle) -> None:
    lengths = torch.full((3000,), 6)
    first = shuffle(lengths, 6, 3 if shuffle is within_blocks else 1, generator())[:, 0]
    counts = torch.bincount(first, minlength=6)[: 3 if shuffle is within_blocks else 6] / 3000
    torch.testing.assert_close(counts, torch.full_like(counts, 1 / len(counts)), atol=0.03, rtol=0)


def test_the_gradient_goes_back_to_where_a_frame_came_from() -> None:
    x, order = torch.randn(1, 23, 2, requires_grad=True), whole_blocks(torch.tensor([23]), 23, 4, generator())
    weights = torch.randn(1, 23, 2)
    (reordered(x, order) * weights).sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, reordered(weights, order.argsort(1)))
