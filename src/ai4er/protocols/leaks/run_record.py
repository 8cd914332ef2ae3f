"""The record of a run: who was trained on, chosen by and tested in every fold, as anybody can publish it.

A JSON file with `items` (id, and label, speaker, dialogue, copy_of where known), `folds` (name; the ids that train,
validate and test; `fitted_on`: what statistics, clusterings and pre-training saw, as ids or as roles, or `unknown`),
`selected_on` (`valid`, `last` epoch, or `test`), `context` (true for systems that read whole dialogues) and
`speaker_dependent` (true where it is said openly). Source of the checks: Antoniou et al., "Designing and Evaluating
Speech Emotion Recognition Systems: A Reality Check Case Study with IEMOCAP", ICASSP 2023.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from ai4er.config import Configuration
from ai4er.corpora.base import some
from ai4er.errors import Ai4erError
from ai4er.protocols.leaks._plain_file import json_of
from ai4er.protocols.leaks.findings import Finding

RUN_KINDS = (
    "item", "tested_twice", "speaker", "dialogue", "augmented_copy", "oversampling", "statistics", "selection", "class",
)  # fmt: skip
ROLES = ("train", "valid", "test")
UNKNOWN = "unknown"


class RecordedItem(Configuration):
    """An item of the corpus; `copy_of` names the one that an augmented item was made of."""

    id: str
    label: str = ""
    speaker: str = ""
    dialogue: str = ""
    copy_of: str = ""


class RecordedFold(Configuration):
    """The ids of every role, as often as each was used.

    `fitted_on` maps what was fitted to ids, names of roles, or `unknown`.
    """

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    valid: tuple[str, ...] = ()
    fitted_on: dict[str, tuple[str, ...]] = {}


class RunRecord(Configuration):
    """See the module. Raises `Ai4erError` for a fold with an item that is not among `items`."""

    items: tuple[RecordedItem, ...]
    folds: tuple[RecordedFold, ...]
    selected_on: Literal["valid", "last", "test"] = "valid"
    context: bool = False
    speaker_dependent: bool = False

    def model_post_init(self, context: object) -> None:
        known = {item.id for item in self.items}
        for fold in self.folds:
            absent = [name for role in ROLES for name in getattr(fold, role) if name not in known]
            if absent:
                raise Ai4erError(f"fold {fold.name} has items that are not listed: {some(absent, shown=3)}")

    def save(self, path: Path) -> None:
        """Write the JSON file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.model_dump(exclude_defaults=True), ensure_ascii=False, indent=1) + "\n")


def read_run_record(path: Path) -> RunRecord:
    """The record in a JSON file. Raises `Ai4erError` for anything else."""
    given = json_of(path)
    if not isinstance(given, dict) or not {"items", "folds"} <= set(given):
        raise Ai4erError(f"{path}: a run record has items and folds, and may have selected_on and context")
    try:
        return RunRecord(**given)
    except Ai4erError as error:
        raise Ai4erError(f"{path}: {error}") from None


def examine(record: RunRecord) -> list[Finding]:
    """A line for each of `RUN_KINDS`, in this order."""
    items = {item.id: item for item in record.items}
    return [
        _shared(record, "item", "items", lambda name: name),
        _tested_twice(record),
        _speakers(record, items),
        _dialogues(record, items),
        _copies(record, items),
        _oversampled(record),
        _statistics(record),
        _selection(record),
        _classes(record, items),
    ]


def audit_run(record: RunRecord) -> None:
    """Raise `Ai4erError` with everything that leaks."""
    leaks = [found.line for found in examine(record) if found.leaks]
    if leaks:
        raise Ai4erError("; ".join(leaks))


def _shared(record: RunRecord, kind: str, plural: str, key: Callable[[str], str]) -> Finding:
    """Groups of items that test has in common with training or validation (items: any two roles)."""
    pairs = [("train", "test"), ("valid", "test"), *([("train", "valid")] if kind == "item" else [])]
    found = []
    for fold in record.folds:
        groups = {role: set(map(key, getattr(fold, role))) - {""} for role in ROLES}
        for one, other in pairs:
            both = sorted(groups[one] & groups[other])
            found += [f"{some(both, shown=2)} in {one} and {other} of fold {fold.name}"] if both else []
    return Finding(kind, bool(found), f"{plural} in two roles: {some(found, shown=2) or 'none'}")


def _tested_twice(record: RunRecord) -> Finding:
    counts = Counter(name for fold in record.folds for name in set(fold.test))
    found = [name for name, number in counts.items() if number > 1]
    return Finding("tested_twice", bool(found), _line("items tested in several folds", found))


def _speakers(record: RunRecord, items: Mapping[str, RecordedItem]) -> Finding:
    if not all(items[name].speaker for name in _used(record)):
        return Finding("speaker", None, "speakers: the record does not say who speaks")
    found = _shared(record, "speaker", "speakers", lambda name: items[name].speaker)
    if found.leaks and record.speaker_dependent:
        return Finding("speaker", False, f"{found.line} (said openly: speaker-dependent)")
    return found


def _dialogues(record: RunRecord, items: Mapping[str, RecordedItem]) -> Finding:
    if not record.context:
        return Finding("dialogue", False, "dialogues: the system reads single utterances")
    return _shared(record, "dialogue", "dialogues", lambda name: items[name].dialogue)


def _copies(record: RunRecord, items: Mapping[str, RecordedItem]) -> Finding:
    copied = {item.copy_of for item in record.items if item.copy_of}

    def original(name: str) -> str:
        source = items[name].copy_of or name
        return source if source in copied else ""

    return _shared(record, "augmented_copy", "augmented copies and their originals", original)


def _oversampled(record: RunRecord) -> Finding:
    found = [
        f"{name} ({number} times in {role} of fold {fold.name})"
        for fold in record.folds
        for role in ("valid", "test")
        for name, number in Counter(getattr(fold, role)).items()
        if number > 1
    ]
    return Finding("oversampling", bool(found), _line("oversampled before the split", found))


def _statistics(record: RunRecord) -> Finding:
    found = []
    for fold in record.folds:
        for what, seen in fold.fitted_on.items():
            tested = set(fold.test) & {*seen, *(name for role in ROLES if role in seen for name in getattr(fold, role))}
            found += [f"{what} of fold {fold.name} saw {len(tested)} of {len(set(fold.test))} items"] if tested else []
    unknown = {what: None for fold in record.folds for what, seen in fold.fitted_on.items() if UNKNOWN in seen}
    rest = f"; not known of {some(list(unknown), shown=2)}" if unknown else ""
    leaks = bool(found) or (None if unknown else False)
    return Finding("statistics", leaks, _line("fitted on test items", found) + rest)


def _selection(record: RunRecord) -> Finding:
    chosen = {"valid": "on validation data", "last": "none, the last epoch counts", "test": "on the test part"}
    return Finding("selection", record.selected_on == "test", f"selection: {chosen[record.selected_on]}")


def _classes(record: RunRecord, items: Mapping[str, RecordedItem]) -> Finding:
    """A class that is never trained on is a fault; one that is not tested makes the fold's UA one of fewer classes."""
    every = {items[name].label for name in _used(record)} - {""}
    if not every:
        return Finding("class", None, "classes: the record has no labels")
    absent: dict[str, list[str]] = {"train": [], "test": []}
    for fold in record.folds:
        for role, found in absent.items():
            missing = sorted(every - {items[name].label for name in getattr(fold, role)})
            found += [f"{', '.join(missing)} in fold {fold.name}"] if missing else []
    line = f"{_line('classes not trained', absent['train'])}; {_line('not tested', absent['test'])}"
    return Finding("class", bool(absent["train"]), line)


def _used(record: RunRecord) -> Iterable[str]:
    return (name for fold in record.folds for role in ROLES for name in getattr(fold, role))


def _line(what: str, found: Sequence[str]) -> str:
    return f"{what}: {some(found, shown=2) or 'none'}"
