"""Dividing records by the groups that they belong to: speakers, sessions, corpora."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pydantic

from ai4er.errors import Ai4erError
from ai4er.protocols._index import ABSENT, Codes, Index

Count = Annotated[int, pydantic.BeforeValidator(lambda value: 0 if value is None else value), pydantic.Field(ge=0)]
"""How many of something; `none` is zero."""

Groups = Sequence[int] | np.ndarray
"""Codes of speakers or sessions."""


class CannotGive(Ai4erError):
    """The records lack what a protocol needs; `Protocol.folds` adds which protocols they can give."""


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


def strata(index: Index, positions: np.ndarray, least: int) -> np.ndarray:
    """The code of the class at each position, to draw from every class alike.

    Raises `CannotGive` where records do not have one class, or a class has fewer than `least`.
    """
    classes = index.label.codes[positions]
    if (classes == ABSENT).any():
        raise CannotGive("the labels are not one class an item, which a stratified split needs")
    rarest = np.bincount(classes)[np.unique(classes)].min(initial=len(classes))
    if rarest < least:
        raise CannotGive(f"a class has {rarest} records, and a stratified split needs {least} of each")
    return classes


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
