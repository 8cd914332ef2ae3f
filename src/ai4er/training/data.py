"""From the names on the command line to records, folds, and the units of each role."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai4er.config import parse_spec, split_spec
from ai4er.corpora import Corpus, open_corpus
from ai4er.corpora.base import some, unknown_labels
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space, mapping
from ai4er.prediction.items import Unit, build_items, front_ends, group, with_labels_of, without_targets
from ai4er.protocols.base import Fold, Protocol
from ai4er.records import Records
from ai4er.systems.base import System, SystemConfig
from ai4er.systems.batch import Item


@dataclass(frozen=True)
class Data:
    """Records of one or more corpora in one label space, with lines for a person on what was changed."""

    spec: str
    records: Records
    space: LabelSpace
    corpora: tuple[Corpus, ...]
    notes: tuple[str, ...] = ()

    @property
    def licence(self) -> str:
        """The licences of the corpora."""
        return "; ".join(f"{corpus.name}: {corpus.licence}" for corpus in self.corpora)

    def folds(self, protocol: Protocol, seed: int) -> list[Fold]:
        """The folds of a protocol; marked where a corpus does not say who speaks."""
        found = protocol.folds(self.records, self.space, seed)
        known = all(corpus.speakers_known for corpus in self.corpora)
        return [dataclasses.replace(fold, speakers_known=fold.speakers_known and known) for fold in found]


def load_data(spec: str, kinds: Sequence[str], data: Path | str | None = None, labels: str | None = None) -> Data:
    """Read `emodb`, or several corpora as `emodb+ravdess`, in one label space; file names may stand in double quotes.

    Without `labels` it is the first space of the corpus whose kind is one of `kinds`; several corpora
    with different spaces need it. Relabelled and dropped records are told in `notes`.
    Raises `Ai4erError` where no label space or mapping fits.
    """
    corpora = tuple(open_corpus(part, data) for part in split_spec(spec, "+"))
    spaces = [_own_space(corpus, kinds, labels) for corpus in corpora]
    if labels is None and len({space.name for space in spaces}) > 1:
        raise Ai4erError(
            f"{spec} have different labels ({', '.join(space.name for space in spaces)}): say which to use, "
            "such as --labels common4"
        )
    target = spaces[0] if labels in (None, spaces[0].name) else label_space(labels)
    read, notes = [], []
    for corpus, space in zip(corpora, spaces):
        records = corpus.read()
        wrong = unknown_labels(records, space)
        if wrong:
            raise Ai4erError(f"corpus {corpus.name}: {some(wrong, shown=2)}; known are {', '.join(space.names)}")
        if space.name != target.name:
            table = mapping(space, target)
            records, dropped = table.apply(records)
            merged = {old: new for old, new in table.table.items() if old != new}
            notes.append(f"{corpus.name}: {table.name} ({table.reference})")
            notes += [f"{corpus.name}: counts as {new}: {old}" for old, new in merged.items()]
            notes += [
                f"{corpus.name}: {number} {name} records have no counterpart and are left out"
                for name, number in dropped.items()
            ]
        read.append(records)
    records = read[0]
    for more in read[1:]:
        records = records + more
    return Data(spec, records, target, corpora, tuple(notes))


def _own_space(corpus: Corpus, kinds: Sequence[str], labels: str | None) -> LabelSpace:
    """The space of the corpus that is asked for, or maps to it, or is the first of the right kind."""
    spaces = {space.name: space for space in corpus.label_spaces}
    if labels in spaces:
        return spaces[labels]
    wanted = [label_space(labels).kind] if labels else list(kinds)
    fitting = [space for space in spaces.values() if space.kind in wanted]
    if not fitting and "distribution" in wanted:
        single = [space for space in spaces.values() if space.kind == "single"]
        fitting = [space.override({"kind": "distribution", "name": f"{space.name}_votes"}) for space in single]
    if not fitting:
        raise Ai4erError(
            f"corpus {corpus.name} has no labels of kind {' or '.join(wanted)}: it has {', '.join(spaces)}"
        )
    return fitting[0]


def corpus_inputs(config: SystemConfig, data: Data) -> tuple[SystemConfig, list[str]]:
    """The configuration with the corpus's own published features where it has no raw input to read.

    A corpus says what it publishes in `Reader.features`. A system with `fallbacks` whose usual input the corpus lacks
    reads all that is published, or else the first of its fallbacks that reads something. Every replacement is told
    in a note.
    """
    published, name = data.corpora[0].features, data.corpora[0].name
    absent = _unreadable(config.inputs, data)
    replaced = {key: published[key] for key in absent if key in published}
    if replaced:
        told = [f"input {key}: {name} has no raw data for it; its published features are read" for key in replaced]
        return config.override({"inputs": {**config.inputs, **replaced}}), told
    usual = type(config).model_fields["inputs"].default
    if not absent or not config.fallbacks or config.inputs != usual:
        return config, []
    choices = [*filter(None, [published]), *({key: spec} for key in config.inputs for spec in config.fallbacks)]
    for choice in choices:
        if not _unreadable(choice, data):
            asked, read = (", ".join(specs.values()) for specs in (usual, choice))
            return config.override({"inputs": choice}), [f"{name} has nothing that {asked} reads; read instead: {read}"]
    return config, []


def _unreadable(inputs: Mapping[str, str], data: Data) -> list[str]:
    """The inputs whose front end cannot be had here, or reads nothing of any record."""
    found = []
    for name, spec in inputs.items():
        try:
            (extractor,) = front_ends({name: spec}).values()
        except Ai4erError:
            found.append(name)
            continue
        if not any(extractor.has(record) for record in data.records):
            found.append(name)
    return found


def items_of(data: Data, config: SystemConfig, progress: bool = False) -> list[Item]:
    """The items of all records, features from the cache where they are."""
    return build_items(data.records, front_ends(config.inputs), data.space, progress)


def roles_of(fold: Fold, items: Sequence[Item], system: type[System]) -> dict[str, list[Unit]]:
    """The units of every role of a fold; unlabelled items lose their targets, wrong labels go to training.

    Raises `Ai4erError` naming the protocols that have a role which the system needs.
    """
    for role in system.roles:
        fold.role(role)
    roles = {}
    for role, positions in fold.roles.items():
        chosen = [items[i] for i in positions]
        if role == "train":
            wrong = fold.wrong_labels
            chosen = [with_labels_of(items[i], items[wrong[i]]) if i in wrong else items[i] for i in positions]
        roles[role] = group(without_targets(chosen) if role == "unlabelled" else chosen, system.unit)
    return roles


def corpus_name(spec: str) -> str:
    """A corpus spec as a folder name: `emodb+ravdess`, settings left out."""
    return "+".join(parse_spec(part)[0] for part in split_spec(spec, "+"))
