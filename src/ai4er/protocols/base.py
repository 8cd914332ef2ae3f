"""What every protocol has in common: folds, guarantees, the audit for leaks, and names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pydantic

from ai4er.config import Configuration, parse_spec
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace
from ai4er.protocols._index import Codes, Index, keep_together
from ai4er.records import Records
from ai4er.registry import find, places

SPEAKER_DEPENDENT = "†speaker-dependent"
SPEAKERS_UNKNOWN = "‡speakers unknown"
ALIASES = {"loso": "leave_one_speaker_out"}

_WRITTEN = {"parts": "folds"}
"""Settings that specs write differently: a field cannot have the name of the method `folds`."""

Count = Annotated[int, pydantic.BeforeValidator(lambda value: 0 if value is None else value), pydantic.Field(ge=0)]
"""How many of something; `none` is zero."""


Groups = Sequence[int] | np.ndarray
"""Codes of speakers or sessions."""


class CannotGive(Ai4erError):
    """The records lack what a protocol needs; `Protocol.folds` adds which protocols they can give."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Positions of records by role: `train`, `valid`, `test`, and where offered `unlabelled`.

    Every role is a sorted int64 array; `valid` may be empty. `name` says what is tested (a speaker, a
    session ...), `protocol` is the spec of the protocol, `notes` are lines for a person about
    records that were left out. `speakers_known` is False where nobody can say whether speakers
    are shared.
    """

    index: int
    name: str
    roles: dict[str, np.ndarray]
    protocol: str
    speaker_dependent: bool
    speakers_known: bool = True
    notes: tuple[str, ...] = ()

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
        having = [protocol for protocol, kind in _kinds().items() if name in kind.offers]
        hint = f"use {' or '.join(having)}" if having else "no protocol has it"
        raise Ai4erError(f"protocol {self.protocol} has no {name!r} data: {hint}")


class Protocol(Configuration, ABC):
    """How records become folds. Subclasses live in `protocols/<name>.py`, in its `PROTOCOL`.

    `disjoint` is what is never shared between the roles, and what `audit` checks: `speaker`
    (between test and everything trained on), `session`, `dialogue`; copies of a file are never
    shared by any protocol. `by_data` means that the corpus decides whether speakers are shared.
    `offers` are the roles. `remark` adds a sentence to the guarantees.
    """

    disjoint: ClassVar[tuple[str, ...]]
    by_data: ClassVar[bool] = False
    offers: ClassVar[tuple[str, ...]] = ("train", "valid", "test")
    remark: ClassVar[str] = ""

    @classmethod
    def slug(cls) -> str:
        """The name of the protocol's file."""
        return cls.__module__.rsplit(".", 1)[-1]

    @property
    def name(self) -> str:
        """The spec: the name, with the settings that differ from the defaults.

        >>> parse_protocol("loso:valid_speakers=none").name
        'leave_one_speaker_out:valid_speakers=0'
        """
        changed = self.model_dump(exclude_defaults=True)
        settings = ",".join(f"{_WRITTEN.get(key, key)}={value}" for key, value in changed.items())
        return self.slug() + (":" + settings if settings else "")

    @property
    def speaker_dependent(self) -> bool:
        """Whether the same speakers are trained on and tested by design."""
        return "speaker" not in self.disjoint and not self.by_data

    @property
    def mark(self) -> str:
        """`†speaker-dependent`, or nothing. Where the corpus decides, see `Fold.mark`."""
        return SPEAKER_DEPENDENT if self.speaker_dependent else ""

    def guarantees(self) -> str:
        """What the roles never share, and what they may share, in one line."""
        never = [what for what in ("speaker", "session", "dialogue") if what in self.disjoint]
        shared = [what for what in ("speaker", "session", "dialogue") if what not in self.disjoint]
        parts = [
            f"{self.name}: test never shares with training: {', '.join(f'{w}s' for w in never)}{', ' * bool(never)}"
            f"copies of a file; may share: {', '.join(f'{w}s' for w in shared)}{', ' * bool(shared)}texts",
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
        return [self._fold(i, name, roles, index) for i, (name, roles) in enumerate(parts)]

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
            notes += _notes(left_out, "turns of dialogues that another role holds")
            roles = _with_context(roles, index, apart="speaker" in self.disjoint)
        roles, left_out = keep_together(roles, index.file)
        notes += _notes(left_out, "copies of files that another role holds")
        for role in ("train", "test"):
            if not len(roles[role]):
                raise CannotGive(f"fold {name} has no {role} record" + (f" ({'; '.join(notes)})" if notes else ""))
        roles = {role: where for role, where in roles.items() if role in _ALWAYS or len(where)}
        trained = np.concatenate([roles[role] for role in _TRAINED if role in roles])
        return Fold(
            index=number,
            name=name,
            roles=roles,
            protocol=self.name,
            speaker_dependent=self.speaker_dependent or bool(index.speaker.shared(trained, roles["test"])),
            speakers_known=bool((index.speaker.codes[roles["test"]] >= 0).all()),
            notes=tuple(notes),
        )


_ALWAYS = ("train", "valid", "test")
_TRAINED = ("train", "valid", "pretrain")


def _notes(left_out: Mapping[str, int], what: str) -> list[str]:
    return [f"{number} {what} left out of {role}" for role, number in left_out.items()]


def _with_context(roles: dict[str, np.ndarray], index: Index, apart: bool) -> dict[str, np.ndarray]:
    """Add the unlabelled turns of each role's dialogues; `apart` keeps speakers of other roles out."""
    context = ~index.labelled & (index.dialogue.codes >= 0)
    if not context.any():
        return roles
    whole = {}
    for role, positions in roles.items():
        joins = context & np.isin(index.dialogue.codes, index.dialogue.present(positions))
        if apart:
            others = np.concatenate([roles[other] for other in roles if other != role])
            joins &= ~np.isin(index.speaker.codes, index.speaker.present(others))
        whole[role] = np.union1d(positions, np.flatnonzero(joins))
    return whole


def held_out(names: Groups, tested: Groups, count: int) -> np.ndarray:
    """The `count` groups that follow the tested ones in a circle: the validation part.

    Over all folds every group validates equally often.
    """
    names, tested = np.asarray(names), np.asarray(tested)
    after = int(np.flatnonzero(names == tested[-1])[0]) + 1
    circle = np.roll(names, -after)
    return circle[~np.isin(circle, tested)][:count]


def group_roles(codes: Codes, index: Index, tested: Groups, validated: Groups) -> dict[str, np.ndarray]:
    """Roles of whole groups: the tested, the validated, and training on all others that are known."""
    test, valid = np.isin(codes.codes, tested), np.isin(codes.codes, validated)
    train = (codes.codes >= 0) & ~test & ~valid
    return {"train": index.positions(train), "valid": index.positions(valid), "test": index.positions(test)}


def speakers_of(index: Index, least: int) -> np.ndarray:
    """The codes of the speakers who have labelled records, sorted by name.

    Raises `CannotGive` for fewer than `least`.
    """
    speakers = index.speaker.present(np.flatnonzero(index.labelled))
    if not len(speakers):
        raise CannotGive("the records do not say who speaks")
    if len(speakers) == 1:
        raise CannotGive(f"there is one speaker only ({index.speaker.names[speakers[0]]})")
    if len(speakers) < least:
        raise CannotGive(f"there are {len(speakers)} speakers, and {least} are needed")
    return speakers


def target_of(index: Index, target: str) -> int:
    """The code of the target corpus. Raises `CannotGive` unless it and another corpus are there."""
    there = ", ".join(index.corpus.names)
    if len(index.corpus.names) < 2:
        raise CannotGive(f"two corpora or more are needed, and there is {there or 'none'}")
    if target not in index.corpus.names:
        raise CannotGive(f"target={target or 'NAME'} must be one of {there}")
    return index.corpus.names.index(target)


def source_roles(
    index: Index, target: int, valid_speakers: int, generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """Training on every corpus but the target; some speakers of each source corpus validate."""
    validated: list[int] = []
    for corpus in range(len(index.corpus.names)):
        speakers = index.speaker.present(index.positions(index.corpus.codes == corpus))
        if corpus != target and len(speakers) > valid_speakers:
            validated += generator.permutation(speakers)[:valid_speakers].tolist()
    source, valid = index.corpus.codes != target, np.isin(index.speaker.codes, validated)
    return {"train": index.positions(source & ~valid), "valid": index.positions(source & valid)}


def overlap(fold: Fold, records: Records) -> dict[str, list[str]]:
    """What test shares with the training and validation data, by kind.

    `speaker`, `session` and `dialogue` names (with their corpus), `file` digests, and `text`
    lines that are spoken in both.
    """
    index = Index.of(records)
    trained = np.concatenate([fold.roles[role] for role in _TRAINED if role in fold.roles])
    kinds: dict[str, Codes] = {
        "speaker": index.speaker,
        "session": index.session,
        "dialogue": index.dialogue,
        "file": index.file,
        "text": index.text,
    }
    return {kind: codes.shared(trained, fold.role("test")) for kind, codes in kinds.items()}


def audit(fold: Fold, records: Records, protocol: Protocol) -> None:
    """Raise `Ai4erError` when a fold leaks what its protocol promises to keep apart.

    Checked: a record in two roles; a copy of a file in two roles (in every protocol); a dialogue in
    two roles, a speaker or a session in training and test, where the protocol promises otherwise.
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
    for role in (role for role in _TRAINED if role in fold.roles):
        if "speaker" in protocol.disjoint or not fold.speaker_dependent:
            _check(fold, "speaker", index.speaker, role, "test", records)
        if "session" in protocol.disjoint:
            _check(fold, "session", index.session, role, "test", records)


def _check(fold: Fold, what: str, codes: Codes, one: str, other: str, records: Records) -> None:
    found = np.intersect1d(codes.present(fold.roles[one]), codes.present(fold.roles[other]))
    if not len(found):
        return
    names = [codes.names[code] for code in found]
    if what == "copy of a file":
        names = [records[int(np.flatnonzero(codes.codes == code)[0])].id for code in found]
    _leak(fold, what, names, one, other)


def _leak(fold: Fold, what: str, names: list[str], one: str, other: str) -> None:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    raise Ai4erError(
        f"fold {fold.name} of {fold.protocol} leaks: {what} {names[0]!r}{more} is in both {one} and {other}; "
        "put it on one side, or use a protocol that does so"
    )


def protocol_names() -> list[str]:
    """The names that `parse_protocol` accepts, without the aliases."""
    return sorted(places("ai4er.protocols"))


def _kinds() -> dict[str, type[Protocol]]:
    return {name: find("ai4er.protocols", "protocol", name).PROTOCOL for name in protocol_names()}


def parse_protocol(spec: str) -> Protocol:
    """The protocol of a spec such as `speaker_kfold:folds=5`; `loso` is leave_one_speaker_out.

    Raises `Ai4erError` for an unknown name, with the nearest ones, or an unknown setting.
    """
    name, settings = parse_spec(spec)
    name = ALIASES.get(name, name)
    if name not in protocol_names():
        raise unknown("protocol", name, [*protocol_names(), *ALIASES])
    read = {written: field for field, written in _WRITTEN.items()}
    protocol: Protocol = _kinds()[name]().override({read.get(key, key): value for key, value in settings.items()})
    return protocol


def available(records: Records, index: Index) -> list[str]:
    """The specs of the protocols that these records can give."""
    possible = []
    for kind in _kinds().values():
        for candidate in kind.candidates(index.corpus.names):
            try:
                candidate._folds(records, index, seed=0)
            except CannotGive:
                continue
            possible.append(candidate.name)
            break
    return possible
