"""What every change to the training role has in common."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols._names import Named

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class Change(Named, ABC):
    """What is done to the training role of every fold: fewer items, wrong labels.

    It stands behind a protocol, as in `loso|few_shot:shots=5`, and never touches validation and test.
    Subclasses live in `protocols/changes/<name>.py`, in its `CHANGE`.
    """

    @abstractmethod
    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        """The fold with another training role. Raises `CannotGive` where the records do not allow it."""


def training_classes(fold: Fold, index: Index) -> dict[str, np.ndarray]:
    """The labelled training positions by class, in the order of the names.

    Raises `CannotGive` where an item does not have one class.
    """
    train = fold.roles["train"]
    codes = index.label.codes[train]
    found = {index.label.names[code]: train[codes == code] for code in index.label.present(train)}
    if not found:
        raise CannotGive("the labels are not one class an item, which this needs")
    return found


def train_on(fold: Fold, chosen: np.ndarray, index: Index) -> Fold:
    """The fold with these labelled training positions only.

    Unlabelled turns stay where their dialogue keeps a labelled one, as its context.
    """
    train = fold.roles["train"]
    context = train[~index.labelled[train]]
    context = context[np.isin(index.dialogue.codes[context], index.dialogue.present(chosen))]
    note = f"{int(index.labelled[train].sum())} training items reduced to {len(chosen)}"
    roles = {**fold.roles, "train": np.union1d(chosen, context)}
    return dataclasses.replace(fold, roles=roles, notes=(*fold.notes, note))
