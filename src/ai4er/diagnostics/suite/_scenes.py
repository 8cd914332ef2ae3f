"""What the scenes are made of: splits, balanced classes, symbols, places of classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

CLASSES: LabelSpace = label_space("common4")
SIZES = {"train": 300, "valid": 60, "test": 200}
SCENE = "scene"


def labels_of(sizes: dict[str, int], classes: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Split and class of every item, equally many of each class in every split and in random order: (items,) each."""
    splits = np.repeat(list(sizes), list(sizes.values()))
    labels = np.concatenate([generator.permutation(np.arange(size) % classes) for size in sizes.values()])
    return splits, labels


def record(corpus: str, split: str, number: int, factors: np.ndarray, **fields: Any) -> Record:
    """An item that shows factors, (steps, factors), as its only modality."""
    return Record(id=f"{split}{number}", corpus=corpus, split=split, arrays={SCENE: floats(factors)}, **fields)


def records_of(
    corpus: str, splits: Sequence[str] | np.ndarray, labels: np.ndarray, factors: Iterable[np.ndarray],
    space: LabelSpace = CLASSES,
) -> Records:  # fmt: skip
    """One item for each factors; those of the split `unlabelled` have no label."""
    return Records(
        record(
            corpus, str(split), number, shown, label=None if split == "unlabelled" else space.names[int(label)]
        )
        for number, (split, label, shown) in enumerate(zip(splits, labels, factors))
    )  # fmt: skip


def floats(values: np.ndarray) -> np.ndarray:
    """Single precision."""
    return np.ascontiguousarray(values, np.float32)


def symbols(numbers: Sequence[int] | np.ndarray, size: int) -> np.ndarray:
    """Symbols one after another as factors: (steps,) -> (steps, size), one-hot."""
    return np.eye(size, dtype=np.float32)[np.asarray(numbers)]


def shuffled(given: Sequence[int], steps: int, fillers: range, generator: np.random.Generator) -> np.ndarray:
    """The given symbols among random fillers, in random order: (steps,)."""
    sequence = generator.integers(fillers.start, fillers.stop, steps)
    sequence[: len(given)] = given
    return generator.permutation(sequence)


def mistaken(labels: np.ndarray, share: float, classes: int, generator: np.random.Generator) -> np.ndarray:
    """The labels, a share of them replaced by another class."""
    labels = np.asarray(labels)
    wrong = generator.random(labels.shape) < share
    return np.where(wrong, (labels + generator.integers(1, classes, labels.shape)) % classes, labels)


def corners(classes: int, size: int) -> np.ndarray:
    """Equally far places of classes, one unit along an axis each, about their middle: (classes, size)."""
    return np.eye(classes, size) - np.eye(classes, size).mean(0)


def jittered(centres: np.ndarray, steps: int, spread: float, generator: np.random.Generator) -> np.ndarray:
    """Every item's factors (items, factors) at each step, with noise: (items, steps, factors)."""
    noise = generator.standard_normal((len(centres), steps, centres.shape[1]))
    return centres[:, None] + spread * noise
