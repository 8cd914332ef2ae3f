"""How the batches of an epoch are drawn where shuffling is not enough, for `Stage.sampler`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.errors import Ai4erError


def length_bucketed(
    lengths: np.ndarray, weights: np.ndarray, size: int, step: int, reach: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """Batches of items of similar length, drawn with replacement in proportion to their weights.

    Each of the `items // size` batches (at least one) has the length of a random item as its key, and draws from the
    items whose length is within `reach` of it; lengths (items,) are rounded to multiples of `step` for that, and
    weights (items,) are above zero. Returns the positions of each batch. Raises `Ai4erError` where there is no item.
    """
    if not len(lengths):
        raise Ai4erError("no training item has a length that is trained on: set the shortest and the longest otherwise")
    rounded = np.rint(lengths / step).astype(np.int64) * step
    order = np.argsort(rounded, kind="stable")
    ascending, cumulative = rounded[order], np.concatenate([[0.0], np.cumsum(weights[order])])
    keys = generator.choice(rounded, max(1, len(lengths) // size))
    low = cumulative[np.searchsorted(ascending, keys - reach, side="left")]
    high = cumulative[np.searchsorted(ascending, keys + reach, side="right")]
    drawn = low[:, None] + generator.random((len(keys), size)) * (high - low)[:, None]
    places = np.searchsorted(cumulative, drawn, side="right") - 1
    return list(order[places.clip(max=len(order) - 1)])


def balanced(groups: Sequence[str], size: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Batches in which every group is expected as often, drawn with replacement; as many as plain batches would be.

    `groups` are those of the items. Returns the positions of each batch, `size` of them (fewer only where there are).
    """
    _, group, counts = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    share = 1 / (len(counts) * counts[group])
    size = min(size, len(share))
    return list(generator.choice(len(share), (-(-len(share) // size), size), p=share))
