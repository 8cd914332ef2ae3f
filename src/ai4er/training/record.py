"""The run record of a training here: what anybody can audit, and repeat the folds of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.protocols.base import Fold
from ai4er.protocols.leaks.run_record import ROLES, UNKNOWN, RecordedFold, RecordedItem, RunRecord
from ai4er.training.data import items_of
from ai4er.training.initial import doubtful
from ai4er.training.run import Plan, build


def run_record(chosen: Plan, parts: Sequence[Fold]) -> RunRecord:
    """The record of a plan on these folds.

    What a system fits, its standardisation included, may see the training role and those that a fold offers beyond the
    three of a record (`unlabelled`, `pretrain`); an epoch is chosen on the validation role where the system has one to
    choose and every fold has that role. Of weights that it starts from nobody can say which items they saw, where they
    were trained on the same corpus.
    """
    items = items_of(chosen.data, chosen.config)
    names = [f"{record.corpus}/{record.id}" for record in chosen.data.records]
    system = build(chosen.system, chosen.config, chosen.data, items, chosen.options.seed)
    selects = any(stage.select for stage in system.stages()) and all(len(part.roles["valid"]) for part in parts)
    doubt = doubtful(chosen.data.spec, chosen.initial)
    started = {f"weights trained on {doubt}": (UNKNOWN,)} if doubt else {}
    space, used = chosen.data.space, np.unique(np.concatenate([part.roles[role] for part in parts for role in ROLES]))
    return RunRecord(
        items=tuple(
            RecordedItem(
                id=names[i], speaker=record.speaker, dialogue=record.dialogue,
                label=(record.label or "") if space.kind == "single" else "",
            )
            for i, record in ((int(i), chosen.data.records[int(i)]) for i in used)
        ),
        folds=tuple(
            RecordedFold(
                name=part.name,
                fitted_on={
                    "everything that is fitted": (
                        "train",
                        *(names[int(i)] for role in sorted({*part.roles} - {*ROLES}) for i in part.roles[role]),
                    ),
                    **started,
                },
                **{role: tuple(names[int(i)] for i in part.roles[role]) for role in ROLES},
            )
            for part in parts
        ),
        selected_on="valid" if selects else "last",
        context=chosen.system.unit == "dialogue",
        speaker_dependent=any(part.speaker_dependent for part in parts),
    )  # fmt: skip
