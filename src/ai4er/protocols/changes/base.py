"""What every change behind a protocol has in common: changes of the training role, and of what systems are given."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.protocols._names import Named
from ai4er.records import Record, Records

if TYPE_CHECKING:
    from ai4er.protocols.base import Fold


class Change(Named, ABC):
    """What is done to every fold: fewer training items, wrong labels, noise, missing modalities.

    It stands behind a protocol, as in `loso|few_shot:shots=5`. Subclasses live in `protocols/changes/<name>.py`, in its
    `CHANGE`. Only a `ChangeOfInputs` touches test, or a validation role that is there; `random_validation` fills an
    empty one, and `unseen_emotions` takes classes away from either side.
    """

    @abstractmethod
    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        """The changed fold. Raises `CannotGive` where the records do not allow it."""


@dataclass(frozen=True)
class Condition:
    """What a system is given of an item: `name` stands beside the results.

    `record` gives the record to read, None where nothing is read anew; `withheld` names those of an item's modalities
    that are taken away.
    """

    name: str
    record: Callable[[Record], Record] | None = None
    withheld: Callable[[Record, Sequence[str]], tuple[str, ...]] | None = None


class ChangeOfInputs(Change):
    """A change of what systems are given, in the test role, in what is learnt from (validation too), or in both.

    The same items are changed in the same way for every system, and in every fold. `part` is the part of the records
    that is changed (`audio`); `withholds` means that only systems which tolerate missing inputs can be used.
    """

    part: ClassVar[str] = ""
    withholds: ClassVar[bool] = False

    where: Literal["test", "train", "both"] = "test"

    def apply(self, fold: Fold, index: Index, generator: np.random.Generator) -> Fold:
        if fold.inputs is not None:
            raise CannotGive(f"{fold.inputs.spec} and {self.spec}: only one change of inputs is possible at a time")
        return dataclasses.replace(fold, inputs=self)

    def tests(self, fold: Fold, records: Records, modalities: Sequence[str]) -> list[Condition]:
        """The conditions under which the test role is used; none where it stays as it is."""
        return self.conditions(fold, records, modalities) if self.where != "train" else []

    def learnt(self, fold: Fold, records: Records, modalities: Sequence[str]) -> Condition | None:
        """What is learnt and chosen from; None where it stays as it is."""
        return self.training(fold, records, modalities) if self.where != "test" else None

    @abstractmethod
    def conditions(self, fold: Fold, records: Records, modalities: Sequence[str]) -> list[Condition]:
        """The conditions of the test role, given the modalities that a system reads."""

    @abstractmethod
    def training(self, fold: Fold, records: Records, modalities: Sequence[str]) -> Condition:
        """The one condition of the training role."""


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
    note = f"{int(index.labelled[train].sum())} training items reduced to {len(chosen)}"
    roles = {**fold.roles, "train": with_own_context(train, chosen, index)}
    return dataclasses.replace(fold, roles=roles, notes=(*fold.notes, note))


def with_own_context(role: np.ndarray, chosen: np.ndarray, index: Index) -> np.ndarray:
    """The chosen positions of a role, and its unlabelled turns in their dialogues."""
    context = role[~index.labelled[role]]
    context = context[np.isin(index.dialogue.codes[context], index.dialogue.present(chosen))]
    return np.union1d(chosen, context)
