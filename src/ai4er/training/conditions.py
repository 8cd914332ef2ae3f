"""What a system is given under a change of inputs (`ai4er.protocols.changes`): noise, missing modalities."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.cache import extract_all
from ai4er.prediction.items import Unit, front_ends, group, withhold
from ai4er.protocols.base import Fold, Protocol
from ai4er.protocols.changes.base import ChangeOfInputs, Condition
from ai4er.records import Record, Records
from ai4er.systems import tolerant_systems
from ai4er.systems.base import System, SystemConfig
from ai4er.systems.batch import Item

_MODALITIES = {"audio": "speech", "text": "text", "video": "video", "image": "video"}
"""Part of a record -> the modality that it is; an input that reads anything else is a modality of its own name."""


def check_inputs(protocol: Protocol, system: type[System], config: SystemConfig) -> None:
    """Raise `Ai4erError` when the system cannot be put under the protocol's change of inputs."""
    for change in protocol.changes:
        if not isinstance(change, ChangeOfInputs):
            continue
        inputs = front_ends(config.inputs)
        names = _names(inputs)
        if change.withholds and not system.tolerates_missing:
            without = ", ".join(tolerant_systems())
            raise Ai4erError(f"{change.spec}: {system.slug()} needs every input; these do without: {without}")
        if change.withholds and len(names) < 2:
            raise Ai4erError(f"{change.spec}: {system.slug()} reads one modality only ({', '.join(names)})")
        if change.part and not any(extractor.needs == change.part for extractor in inputs.values()):
            needs = ", ".join(sorted({extractor.needs for extractor in inputs.values()}))
            raise Ai4erError(f"{change.spec} changes the {change.part} of records, and {system.slug()} reads {needs}")


def conditions_of(fold: Fold, records: Records, config: SystemConfig) -> tuple[str, ...]:
    """The names of the conditions that the fold is tested under and, in brackets, of the one that it is trained under.

    Raises `Ai4erError` where they cannot be had: noise that is not there, unknown modalities.
    """
    if fold.inputs is None:
        return ()
    names = _names(front_ends(config.inputs))
    learnt = fold.inputs.learnt(fold, records, names)
    tested = [condition.name for condition in fold.inputs.tests(fold, records, names)]
    return (*tested, *([f"(training: {learnt.name})"] if learnt else []))


def modalities(inputs: Mapping[str, FrontEnd]) -> dict[str, str]:
    """The modality of every input: two inputs out of the sound of a record are one modality.

    >>> modalities(front_ends({"frames": "mfcc", "samples": "waveform", "face": "array:name=face"}))
    {'frames': 'speech', 'samples': 'speech', 'face': 'face'}
    """
    return {name: _MODALITIES.get(extractor.needs, name) for name, extractor in inputs.items()}


def _names(inputs: Mapping[str, FrontEnd]) -> list[str]:
    return sorted(set(modalities(inputs).values()))


def learnt_items(fold: Fold, items: Sequence[Item], records: Records, config: SystemConfig) -> Sequence[Item]:
    """The items, those of every role but test as the fold changes them for training."""
    inputs = front_ends(config.inputs)
    condition = fold.inputs.learnt(fold, records, _names(inputs)) if fold.inputs else None
    if fold.inputs is None or condition is None:
        return items
    changed = list(items)
    for role, positions in fold.roles.items():
        if role != "test":
            for i, item in zip(positions, _under(condition, fold.inputs.part, [items[i] for i in positions], inputs)):
                changed[i] = item
    return changed


def units_by_condition(
    fold: Fold, items: Sequence[Item], records: Records, config: SystemConfig, unit: str
) -> Iterator[tuple[str, list[Unit]]]:
    """The name and the test units of every condition of the fold, one after another; none where it names none."""
    if fold.inputs is None:
        return
    inputs = front_ends(config.inputs)
    chosen = [items[i] for i in fold.roles["test"]]
    for condition in fold.inputs.tests(fold, records, _names(inputs)):
        yield condition.name, group(_under(condition, fold.inputs.part, chosen, inputs), unit)


def _under(condition: Condition, part: str, items: Sequence[Item], inputs: Mapping[str, FrontEnd]) -> list[Item]:
    """The items as a condition changes them: the part of another record is read anew, modalities are taken away."""
    if condition.record is not None:
        items = _read_anew([condition.record(item.record) for item in items], items, part, inputs)
    if condition.withheld is None:
        return list(items)
    modality = modalities(inputs)
    found = []
    for item in items:
        there = sorted({modality[name] for name, array in item.inputs.items() if array is not None})
        absent = condition.withheld(item.record, there)
        found += withhold([item], [name for name in item.inputs if modality[name] in absent])
    return found


def _read_anew(
    records: Sequence[Record], items: Sequence[Item], part: str, inputs: Mapping[str, FrontEnd]
) -> list[Item]:
    columns = {name: extract_all(extractor, records) for name, extractor in inputs.items() if extractor.needs == part}
    return [
        dataclasses.replace(
            item, record=record, inputs={**item.inputs, **{name: column[i] for name, column in columns.items()}}
        )
        for i, (item, record) in enumerate(zip(items, records))
    ]
