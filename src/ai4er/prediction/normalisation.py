"""Features in units of the spread of their own speaker, or of their corpus."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ai4er.systems.batch import Item

Group = Literal["speaker", "corpus"]


def normalised(items: Sequence[Item], by: Group) -> list[Item]:
    """The items with every input of numbers in units of deviation around its mean over all items of the same group.

    An input with axes in front of the features (frames, layers) has one mean and deviation for each feature. No label
    is looked at. Inputs of whole numbers stay as they are; a feature that does not vary in a group becomes 0.
    """
    found = list(items)
    groups: dict[tuple[str, str], list[int]] = {}
    for position, item in enumerate(items):
        groups.setdefault((item.record.corpus, getattr(item.record, by)), []).append(position)
    for positions in groups.values():
        changed: dict[int, dict[str, np.ndarray | None]] = {i: dict(items[i].inputs) for i in positions}
        for name in items[positions[0]].inputs:
            there = [i for i in positions if _is_real(items[i].inputs[name])]
            for i, array in zip(there, _standardised([items[i].inputs[name] for i in there])):
                changed[i][name] = array
        for i in positions:
            found[i] = dataclasses.replace(items[i], inputs=changed[i])
    return found


def _is_real(array: np.ndarray | None) -> bool:
    return array is not None and bool(np.issubdtype(array.dtype, np.floating))


def _standardised(arrays: Sequence[np.ndarray | None]) -> list[np.ndarray]:
    real = [array for array in arrays if array is not None]
    if not real:
        return []
    rows = np.concatenate([array.reshape(-1, array.shape[-1]) for array in real]).astype(np.float64)
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    varies = deviation > 1e-6 * np.abs(mean) + 1e-12
    scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=varies)
    return [((array - mean) * scale).astype(np.float32) for array in real]
