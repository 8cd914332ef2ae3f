"""ShuffleAugment: what the sheet says, at any depth and over any system."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems import system_class
from ai4er.systems.augmentation.shuffle_augment import Config, ShuffleAugment
from ai4er.systems.batch import Batch, Item
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = label_space("common4")
BASE = {
    "base": "dwformer",
    "base_settings": {**system_class("dwformer").config_class.small().model_dump(), "epochs": 1},
}


def system(**changes: Any) -> ShuffleAugment:
    torch.manual_seed(0)
    config = Config.small().override({"frame_seconds": 0.02, "block": (0.08, 0.08), **changes})
    return ShuffleAugment(config, SPACE, {"speech": (20,)}, {"speech": True})


def items(*lengths: int) -> list[Item]:
    generator = np.random.default_rng(0)
    return [
        Item(
            Record(id=str(i), corpus="made"), {"speech": generator.standard_normal((length, 20)).astype(np.float32)},
            np.int64(i % 4),  # type: ignore[arg-type]
        )
        for i, length in enumerate(lengths)
    ]  # fmt: skip


def seen(made: ShuffleAugment, part: nn.Module, batch: Batch) -> Tensor:
    """What a part of the network is given."""
    kept: list[Tensor] = []
    hook = part.register_forward_pre_hook(lambda _, given: kept.append(given[0].detach()))
    made(batch)
    hook.remove()
    return kept[0]


def test_the_input_is_shuffled_inside_blocks_of_eighty_milliseconds() -> None:
    made = system().train()
    batch = made.collate(items(24, 17))
    before, after = batch["speech"].data, seen(made, made.network, batch)
    assert not torch.equal(before, after)
    blocks = (x[:, :16].unflatten(1, (4, 4)).sort(2).values for x in (before, after))
    assert torch.equal(*blocks)
    assert torch.equal(after[1, 17:], before[1, 17:])


def test_whole_blocks_change_places_on_the_long_scale() -> None:
    made = system(scale="long").train()
    batch = made.collate(items(24))
    before, after = (x[0].unflatten(0, (6, 4)) for x in (batch["speech"].data, seen(made, made.network, batch)))
    order = [next(i for i in range(6) if torch.equal(block, before[i])) for block in after]
    assert sorted(order) == list(range(6)) != order


def test_evaluation_reads_the_frames_as_they_are() -> None:
    made = system().eval()
    batch = made.collate(items(24, 17))
    assert torch.equal(seen(made, made.network, batch), batch["speech"].data)


def test_two_calls_differ_and_a_seed_repeats_them() -> None:
    made = system().train()
    batch = made.collate(items(24))
    found = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        found.append(seen(made, made.network, batch))
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])


def test_some_utterances_of_a_batch_are_shuffled() -> None:
    made = system(probability=0.5).train()
    batch = made.collate(items(*[24] * 64))
    same = (seen(made, made.network, batch) == batch["speech"].data).all((1, 2)).float().mean()
    assert 0.3 < float(same) < 0.7


def test_behind_the_convolutions_blocks_have_fewer_frames() -> None:
    made = system(place="convolutions", block=(0.16, 0.16)).train()
    batch = made.collate(items(24, 16))
    plain = system().eval()
    wanted, _ = plain.network.convolutions(batch["speech"].data, batch["speech"].mask)
    made.network.convolutions.eval()
    found = seen(made, made.network.lstm, batch)
    assert found.shape[1] == 6 and not torch.equal(found, wanted)
    for row, count in ((0, 6), (1, 4)):
        for start in range(0, count, 2):
            pair, other = found[row, start : start + 2], wanted[row, start : start + 2]
            assert torch.equal(pair, other) or torch.equal(pair, other.flip(0))
    assert torch.equal(found[1, 4:], wanted[1, 4:])


def test_only_what_reads_the_order_notices() -> None:
    """Frame by frame with a mean nothing is learnt from the order; the recurrent classifier does learn from it."""
    made = system(scale="long", block=(0.02, 0.02)).train()
    x = made.collate(items(24))["speech"].data
    shuffled = made.shuffled(x, torch.tensor([24]), 0.02)
    frames = nn.Sequential(nn.Linear(20, 8), nn.ReLU(), nn.Linear(8, 4))
    torch.testing.assert_close(frames(x).mean(1), frames(shuffled).mean(1))
    made.eval()
    assert not torch.allclose(*(made.network(y, torch.tensor([24]))[0] for y in (x, shuffled)), atol=1e-4)


@pytest.mark.parametrize("place", ["input", "network.vanilla"])
def test_a_base_is_shuffled_at_any_depth(place: str) -> None:
    made = system(**BASE, place=place).train()
    assert made.base is not None
    network, batch = made.base.network, made.collate(items(24, 20))
    part = network if place == "input" else network.blocks[0]
    found, wanted = [], []
    for kept in (found, wanted):
        torch.manual_seed(0)
        kept.append(seen(made, part, batch))
        made.eval()
    assert not torch.allclose(found[0], wanted[0])
    torch.testing.assert_close(found[0].sum(1), wanted[0].sum(1), atol=1e-4, rtol=1e-4)


def test_without_a_shuffle_a_base_learns_what_it_learns_alone() -> None:
    made, units = system(**BASE, probability=0.0), items(24, 20, 22, 18)
    torch.manual_seed(0)
    alone = system_class("dwformer")(made.config.of_base(), SPACE, {"speech": (20,)}, {"speech": True})
    for one in (made, alone):
        fit(one, {"train": units}, Options(device="cpu"))
    for name, value in alone.state_dict().items():
        torch.testing.assert_close(value, made.state_dict()[f"base.{name}"])


def test_what_cannot_be_shuffled_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="did you mean"):
        system(place="convolution")
    with pytest.raises(Ai4erError, match="above 0"):
        Config(block=(0.2, 0.1))
    made = system(place="classifier").train()
    with pytest.raises(Ai4erError, match="no time axis"):
        made(made.collate(items(24)))
