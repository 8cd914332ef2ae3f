"""The batches of an epoch, drawn from (seed, stage, epoch) alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.prediction.items import Unit, length
from ai4er.systems.base import Stage


def epoch_batches(units: Sequence[Unit], stage: Stage, generator: np.random.Generator) -> list[np.ndarray]:
    """Positions of each batch of an epoch: as the stage draws them, shuffled, or shuffled batches of similar length."""
    if stage.sampler is not None:
        return stage.sampler(units, generator)
    order = generator.permutation(len(units))
    size = stage.batch_size
    if stage.buckets:
        lengths = np.array([length(units[i]) for i in order])
        order = order[np.argsort(lengths, kind="stable")]
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    if stage.drop_last and len(batches) > 1 and len(batches[-1]) < size:
        batches.pop()
    if stage.buckets:
        batches = [batches[i] for i in generator.permutation(len(batches))]
    return batches


def derived_seed(*numbers: int) -> int:
    """One seed out of several numbers, below 2^63."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
