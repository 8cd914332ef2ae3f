"""Items: records with their features, grouped into what a system sees at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.cache import extract_all
from ai4er.labels import LabelSpace
from ai4er.records import Record, Records
from ai4er.systems import tolerant_systems
from ai4er.systems.base import System
from ai4er.systems.batch import Item

Unit = Any
"""One `Item`, or one dialogue as a list of them."""


def front_ends(inputs: Mapping[str, str]) -> dict[str, FrontEnd]:
    """The front ends of a system's inputs by input name."""
    return {name: front_end(spec) for name, spec in inputs.items()}


def build_items(
    records: Records, inputs: Mapping[str, FrontEnd], space: LabelSpace | None = None, progress: bool = False,
    cached: bool = True,
) -> list[Item]:  # fmt: skip
    """One item for each record, in order; without a label space no item has a target.

    `cached` says whether features are read from the folder of features and kept there.
    Raises `Ai4erError` when no record has the part that an input reads.
    """
    columns = {}
    for name, extractor in inputs.items():
        columns[name] = extract_all(extractor, records, "default" if cached else None, progress)
        if len(records) and all(array is None for array in columns[name]):
            raise Ai4erError(
                f"input {name!r} reads the {extractor.needs} of a record, and no record of "
                f"{', '.join(sorted(set(records.column('corpus'))))} has one: choose another front end with "
                f"--set inputs, or another corpus"
            )
    return [
        Item(
            record=record,
            inputs={name: column[i] for name, column in columns.items()},
            target=space.target(record) if space else None,
            ratings=space.ratings(record) if space and space.kind == "dimensions" else None,
        )
        for i, record in enumerate(records)
    ]


def describe(
    items: Sequence[Item], inputs: Mapping[str, FrontEnd]
) -> tuple[dict[str, tuple[int, ...]], dict[str, bool]]:
    """The shape of each input without its time axis, and whether it has one."""
    shapes, timed = {}, {}
    for name, extractor in inputs.items():
        example = next(array for array in (item.inputs[name] for item in items) if array is not None)
        timed[name] = extractor.is_timed(example)
        shapes[name] = example.shape[1:] if timed[name] else example.shape
    return shapes, timed


def group(items: Sequence[Item], unit: str) -> list[Unit]:
    """The units of a system: the items themselves, or the dialogues in the order of their turns.

    A record without a dialogue is a dialogue of its own.
    """
    if unit == "utterance":
        return list(items)
    dialogues: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        record = item.record
        dialogues.setdefault((record.corpus, record.dialogue or f"\n{record.id}"), []).append(item)
    return [sorted(dialogue, key=lambda item: _turn(item.record)) for dialogue in dialogues.values()]


def _turn(record: Record) -> int:
    return record.turn if record.turn is not None else 0


def flatten(units: Iterable[Unit]) -> list[Item]:
    """The items of units in order."""
    return [item for unit in units for item in (unit if isinstance(unit, list) else [unit])]


_LABELS = ("label", "labels", "votes", "raters", "dimensions", "ratings", "score")
"""The fields of a record that say what is to be predicted."""


def without_targets(items: Iterable[Item]) -> list[Item]:
    """The items with their targets and ratings taken away, and the labels of their records too."""
    blank = Item(Record(id="", corpus=""), {})
    return [with_labels_of(item, blank) for item in items]


def with_labels_of(item: Item, other: Item) -> Item:
    """The item with target, ratings and labels of another one."""
    labels = {name: getattr(other.record, name) for name in _LABELS}
    return dataclasses.replace(item, target=other.target, ratings=other.ratings, record=item.record.replace(**labels))


def withhold(items: Iterable[Item], names: Sequence[str]) -> list[Item]:
    """The items with some inputs taken away."""
    absent = dict.fromkeys(names)
    return [dataclasses.replace(item, inputs={**item.inputs, **absent}) for item in items]


def check_complete(system: type[System] | System, items: Iterable[Item]) -> None:
    """Raise `Ai4erError` when an input is absent and the system cannot do without it."""
    if system.tolerates_missing:
        return
    for item in items:
        absent = [name for name, array in item.inputs.items() if array is None]
        if absent:
            raise Ai4erError(
                f"record {item.record.id} has no {' and no '.join(absent)}, and {system.slug()} needs every input; "
                f"these do without: {', '.join(tolerant_systems())}"
            )


def length(unit: Unit) -> int:
    """A measure of the work that a unit is: its time steps over all inputs, or its number of turns."""
    if isinstance(unit, list):
        return len(unit)
    return max((array.shape[0] for array in unit.inputs.values() if isinstance(array, np.ndarray)), default=0)
