"""The turns of IEMOCAP that count, as the labelled records of an index."""

from __future__ import annotations

import dataclasses

import numpy as np

from ai4er.labels.iemocap_subsets import SUBSETS, SubsetName, Turns
from ai4er.protocols._groups import CannotGive
from ai4er.protocols._index import Index
from ai4er.records import Records


def usual_turns(records: Records, index: Index, subset: SubsetName, turns: Turns) -> Index:
    """The index with the turns of a subset only, all of them or those of one kind of scene.

    Raises `CannotGive` for other records, and where they are not read in the classes of the subset.
    """
    wanted = SUBSETS[subset].override({"turns": turns})
    classes = set(wanted.labels.values())
    if index.corpus.names != ("iemocap",) or set(index.label.names) != classes:
        raise CannotGive(f"{subset} is defined on IEMOCAP: give --corpus iemocap:target=iemocap{len(classes)}")
    chosen = {name for name, _ in wanted.select(records)}
    return dataclasses.replace(index, labelled=index.labelled & np.array([record.id in chosen for record in records]))
