"""Vectors of four classes, and the roles of a fold made of them."""

from __future__ import annotations

import numpy as np
import torch

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.baseline._vectors import VectorBaseline
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]
FEATURES = 12


def items(number: int, seed: int = 0, classes: tuple[int, ...] = (0, 1, 2, 3)) -> list[Item]:
    """Vectors whose features have very different scales."""
    generator = np.random.default_rng(seed)
    made = []
    for i in range(number):
        label = classes[i % len(classes)]
        x = generator.standard_normal(FEATURES)
        x[label] += 2.5
        record = Record(id=str(i), corpus="made", label=SPACE.names[label])
        made.append(Item(record, {"features": (x * 10.0 ** np.arange(-3, 9)).astype(np.float32)}, np.int64(label)))  # type: ignore[arg-type]
    return made


def solved(kind: type[VectorBaseline], training: list[Item], **settings: object) -> VectorBaseline:
    """A baseline that is fitted to the items."""
    made = kind(kind.config_class().override(settings), SPACE, {"features": (FEATURES,)}, {"features": False})
    made.solve(StageData({"train": training}, made.collate, 0, torch.device("cpu")))
    return made.eval()


def scaled(made: VectorBaseline, of: list[Item]) -> torch.Tensor:
    """The vectors as the classifier sees them, (items, features)."""
    return made.vectors(made.collate(of))


def answers(made: VectorBaseline, of: list[Item]) -> torch.Tensor:
    """Logits (items, classes)."""
    with torch.no_grad():
        return made(made.collate(of)).logits
