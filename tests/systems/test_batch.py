"""Parts of a batch are the batches of their items."""

from __future__ import annotations

import numpy as np
import torch

from ai4er.records import Record
from ai4er.systems.batch import Item, collate_items, parts


def test_the_parts_of_a_batch_are_the_batches_of_their_items() -> None:
    generator = np.random.default_rng(0)
    items = [
        Item(
            Record(id=str(i), corpus="made"),
            {"frames": generator.standard_normal((length, 2)).astype(np.float32), "vector": np.full(3, i, np.float32)},
            np.int64(i % 2),  # type: ignore[arg-type]
        )
        for i, length in enumerate((4, 2, 7, 1, 3))
    ]
    timed = {"frames": True, "vector": False}
    found = parts(collate_items(items, timed), 2)
    assert [len(part) for part in found] == [2, 2, 1]
    for part, start in zip(found, (0, 2, 4)):
        alone = collate_items(items[start : start + 2], timed)
        assert part.ids == alone.ids and torch.equal(part.targets, alone.targets)
        assert torch.equal(part["frames"].data, alone["frames"].data) and torch.equal(part["vector"], alone["vector"])
        assert torch.equal(part["frames"].lengths, alone["frames"].lengths)
