"""Which turns of IEMOCAP the field's usual four classes are taken from."""

from __future__ import annotations

import dataclasses
from typing import Literal

from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.records import Records

Turns = Literal["all", "improvised", "scripted"]


def usual_turns(records: Records, index: Index, turns: Turns) -> Index:
    """The index with the turns of anger, happiness (and excitement), neutrality and sadness only.

    That are 5,531 of the whole corpus, or those of one kind of scene. Raises `CannotGive` for other records.
    """
    if index.corpus.names != ("iemocap",) or set(index.label.names) != {"angry", "happy", "neutral", "sad"}:
        raise CannotGive("it is defined on four classes of IEMOCAP: give --corpus iemocap:target=iemocap4")
    if turns == "all":
        return index
    chosen = records.column("attributes")
    kept = [attributes.get("kind") == turns for attributes in chosen]
    return dataclasses.replace(index, labelled=index.labelled & kept)
