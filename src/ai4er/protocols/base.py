"""What every protocol has in common: folds, promises, the audit for leaks, and specs."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
import pydantic

from ai4er.config import parse_spec, split_spec
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace
from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import TRAINED, Codes, Index, keep_together, left_out_notes, trained, with_context
from ai4er.protocols._names import WRITTEN, Named, changes, kinds, protocol_names
from ai4er.protocols.changes.base import Change, ChangeOfInputs
from ai4er.records import Records

SPEAKER_DEPENDENT = "†speaker-dependent"
SPEAKERS_UNKNOWN = "‡speakers unknown"
ALIASES = {"loso": "leave_one_speaker_out", "cross_subject": "leave_one_speaker_out"}
_KFOLD = re.compile(r"(speaker|random)[-_](\d+)[-_]?fold")


@dataclass(frozen=True, eq=False)
class Fold:
    """Positions of records by role: `train`, `valid`, `test`, and where offered `unlabelled`.

    Every role is a sorted int64 array; `valid` may be empty. `name` says what is tested (a speaker, a session ...),
    `protocol` is the spec, `notes` are lines about records that were left out. `speakers_known` is False where nobody
    can say whether speakers are shared. `wrong_labels` gives training records the labels of another record, by
    position; `inputs` changes what systems are given.
    """

    index: int
    name: str
    roles: dict[str, np.ndarray]
    protocol: str
    speaker_dependent: bool
    speakers_known: bool = True
    notes: tuple[str, ...] = ()
    wrong_labels: Mapping[int, int] = field(default_factory=dict)
    inputs: ChangeOfInputs | None = None

    @property
    def mark(self) -> str:
        """What tables and plots print beside a result; empty for a speaker-independent fold."""
        if self.speaker_dependent:
            return SPEAKER_DEPENDENT
        return "" if self.speakers_known else SPEAKERS_UNKNOWN

    def role(self, name: str) -> np.ndarray:
        """The positions of a role. Raises `Ai4erError` that names the protocols which have it."""
        if name in self.roles:
            return self.roles[name]
        having = [protocol for protocol, kind in kinds().items() if name in kind.offers]
        hint = f"use {' or '.join(having)}" if having else "no protocol has it"
        raise Ai4erError(f"protocol {self.protocol} has no {name!r} data: {hint}")


class Protocol(Named, ABC):
    """How records become folds. Subclasses live in `protocols/<name>.py`, in its `PROTOCOL`.

    `disjoint` is what is never shared between the roles, and what `audit` checks: `speaker` (between test and
    everything trained on), `session`, `dialogue`; copies of a file are never shared. `by_data` means that the corpus
    decides whether speakers are shared, `in_time` that folds follow each other. `remark` is a part of the promise.
    """

    disjoint: ClassVar[tuple[str, ...]]
    by_data: ClassVar[bool] = False
    in_time: ClassVar[bool] = False
    offers: ClassVar[tuple[str, ...]] = ("train", "valid", "test")
    remark: ClassVar[str] = ""

    _changes: tuple[Change, ...] = pydantic.PrivateAttr(())

    @property
    def name(self) -> str:
        """The spec: the name, with the settings that differ from the defaults, and the changes.

        >>> parse_protocol("loso:valid_speakers=none").name
        'leave_one_speaker_out:valid_speakers=0'
        """
        return "|".join([self.spec, *(change.spec for change in self._changes)])

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is done to the training role of every fold, in this order."""
        return self._changes

    def then(self, change: Change) -> Self:
        """The same protocol with one more change to the training role of every fold."""
        changed = self.model_copy()
        changed._changes = (*self._changes, change)
        return changed

    @property
    def speaker_dependent(self) -> bool:
        """Whether the same speakers are trained on and tested by design."""
        return "speaker" not in self.disjoint and not self.by_data

    @property
    def mark(self) -> str:
        """`†speaker-dependent`, or nothing. Where the corpus decides, see `Fold.mark`."""
        return SPEAKER_DEPENDENT if self.speaker_dependent else ""

    def promise(self) -> str:
        """What test never shares with training, and what it may share, in one line; `audit` holds it to that."""
        groups = ("speaker", "session", "dialogue")
        never = [f"{what}s" for what in groups if what in self.disjoint]
        shared = [f"{what}s" for what in groups if what not in self.disjoint]
        parts = [
            f"test never shares with training: {', '.join([*never, 'copies of a file'])}",
            f"may share: {', '.join([*shared, 'texts'])}",
            "the corpus decides about the speakers: every fold is checked and marked" if self.by_data else "",
            self.remark,
            self.mark,
        ]
        return "; ".join(part for part in parts if part)

    def folds(self, records: Records, space: LabelSpace, seed: int) -> list[Fold]:
        """The folds, the same for the same records and seed.

        Records without a target are left out; unlabelled turns of a dialogue stay as its context.
        Raises `Ai4erError` naming the possible protocols when the records cannot give this one.
        """
        index = Index.of(records, space)
        try:
            return self._folds(records, index, seed)
        except CannotGive as reason:
            possible = ", ".join(available(records, index)) or "none"
            raise Ai4erError(f"{self.name}: {reason}; protocols for these records: {possible}") from None

    def _folds(self, records: Records, index: Index, seed: int) -> list[Fold]:
        parts = self.split(records, index, seed)
        folds = [self._fold(i, name, roles, index) for i, (name, roles) in enumerate(parts)]
        for step, change in enumerate(self._changes):
            folds = [change.apply(fold, index, np.random.default_rng([seed, fold.index, step])) for fold in folds]
        return folds

    @abstractmethod
    def split(self, records: Records, index: Index, seed: int) -> list[tuple[str, dict[str, np.ndarray]]]:
        """Name and roles of each fold. Raises `CannotGive` when the records lack what is needed."""

    @classmethod
    def candidates(cls, corpora: Sequence[str]) -> list[Protocol]:
        """The settings that an error message may recommend: the default, and no validation part."""
        held_out = [name for name in cls.model_fields if name.startswith("valid_")]
        return [cls(), cls(**dict.fromkeys(held_out, 0))]

    def _fold(self, number: int, name: str, roles: dict[str, np.ndarray], index: Index) -> Fold:
        roles = {role: np.sort(np.asarray(roles.get(role, ()), dtype=np.int64)) for role in self.offers}
        notes = []
        if "dialogue" in self.disjoint:
            roles, left_out = keep_together(roles, index.dialogue)
            notes += left_out_notes(left_out, "turns of dialogues that another role holds")
            roles = with_context(roles, index, apart="speaker" in self.disjoint)
        roles, left_out = keep_together(roles, index.file)
        notes += left_out_notes(left_out, "copies of files that another role holds")
        for role in ("train", "test"):
            if not len(roles[role]):
                raise CannotGive(f"fold {name} has no {role} record" + (f" ({'; '.join(notes)})" if notes else ""))
        roles = {role: where for role, where in roles.items() if role in _ALWAYS or len(where)}
        return Fold(
            index=number,
            name=name,
            roles=roles,
            protocol=self.name,
            speaker_dependent=self.speaker_dependent or bool(index.speaker.shared(trained(roles), roles["test"])),
            speakers_known=bool((index.speaker.codes[roles["test"]] >= 0).all()),
            notes=tuple(notes),
        )


_ALWAYS = ("train", "valid", "test")


def audit(fold: Fold, records: Records, protocol: Protocol) -> None:
    """Raise `Ai4erError` when a fold leaks what its protocol promises to keep apart.

    Checked: a record or a copy of a file in two roles; where the protocol promises otherwise, a dialogue in two roles,
    a speaker or a session in training and test.
    """
    index = Index.of(records)
    used = list(fold.roles)
    pairs = [(one, other) for i, one in enumerate(used) for other in used[i + 1 :]]
    for one, other in pairs:
        twice = np.intersect1d(fold.roles[one], fold.roles[other])
        if len(twice):
            _leak(fold, "record", [records[int(twice[0])].id], one, other)
        _check(fold, "copy of a file", index.file, one, other, records)
        if "dialogue" in protocol.disjoint:
            _check(fold, "dialogue", index.dialogue, one, other, records)
    for role in (role for role in TRAINED if role in fold.roles):
        if "speaker" in protocol.disjoint or not fold.speaker_dependent:
            _check(fold, "speaker", index.speaker, role, "test", records)
        if "session" in protocol.disjoint:
            _check(fold, "session", index.session, role, "test", records)


def _check(fold: Fold, what: str, codes: Codes, one: str, other: str, records: Records) -> None:
    names = codes.shared(fold.roles[one], fold.roles[other])
    if names and what == "copy of a file":
        names = [records[int(np.flatnonzero(codes.codes == codes.names.index(name))[0])].id for name in names]
    if names:
        _leak(fold, what, names, one, other)


def _leak(fold: Fold, what: str, names: list[str], one: str, other: str) -> None:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    raise Ai4erError(
        f"fold {fold.name} of {fold.protocol} leaks: {what} {names[0]!r}{more} is in both {one} and {other}; "
        "put it on one side, or use a protocol that does so"
    )


def parse_protocol(spec: str) -> Protocol:
    """The protocol of a spec such as `speaker_kfold:folds=5`, or `speaker-5fold`; `loso` is leave_one_speaker_out.

    Changes to the training role follow behind bars: `loso|low_resource:fraction=0.1|label_noise:rate=0.2`.
    Raises `Ai4erError` for an unknown name, with the nearest ones, or an unknown setting.
    """
    first, *others = split_spec(spec, "|")
    name, settings = parse_spec(first)
    name = ALIASES.get(name, name)
    if folds := _KFOLD.fullmatch(name):
        name, settings = f"{folds[1]}_kfold", {"folds": folds[2], **settings}
    if name in changes():
        raise Ai4erError(f"{name} changes the training role of a protocol: write it behind one, 'loso|{first}'")
    if name not in protocol_names():
        raise unknown("protocol", name, [*protocol_names(), *ALIASES])
    fields = {written: key for key, written in WRITTEN.items()}
    protocol: Protocol = kinds()[name]().override({fields.get(key, key): value for key, value in settings.items()})
    for name, settings in map(parse_spec, others):
        if name not in changes():
            raise unknown("change of the training role", name, changes())
        protocol = protocol.then(changes()[name]().override(settings))
    return protocol


def available(records: Records, index: Index) -> list[str]:
    """The specs of the protocols that these records can give."""
    possible = []
    for kind in kinds().values():
        for candidate in kind.candidates(index.corpus.names):
            with suppress(CannotGive):
                candidate._folds(records, index, seed=0)
                possible.append(candidate.name)
                break
    return possible
