"""Groups of similar length hold every sequence once, the short ones first."""

from __future__ import annotations

import itertools

import torch

from ai4er.nn.length_groups import length_groups


def test_every_sequence_is_in_one_group_and_no_group_is_longer_than_the_next() -> None:
    lengths = torch.randint(1, 30, (41,), generator=torch.Generator().manual_seed(0))
    groups = length_groups(lengths, 8)
    assert sorted(torch.cat(groups).tolist()) == list(range(41))
    assert [len(group) for group in groups] == [8, 8, 8, 8, 8, 1]
    for shorter, longer in itertools.pairwise(groups):
        assert lengths[shorter].max() <= lengths[longer].min()


def test_sequences_of_the_same_length_stay_together() -> None:
    lengths = torch.tensor([1, 9, 1, 9, 1, 9])
    padded = sum(
        int(lengths[group].max()) * len(group) - int(lengths[group].sum()) for group in length_groups(lengths, 3)
    )
    assert padded == 0
