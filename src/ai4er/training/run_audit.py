"""The run record of a finished run folder, for `ai4er audit`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.protocols.leaks.run_record import RunRecord
from ai4er.training.finished import find_runs
from ai4er.training.options import Options
from ai4er.training.record import run_record
from ai4er.training.run import plan


def record_of_run(folder: Path, data: Path | None) -> RunRecord:
    """What the run was trained on, chosen by and tested on: its folds are made again, and must be those of its results.

    Raises `Ai4erError` where the folder is not one finished run, or where its predictions are of other items.
    """
    runs, _ = find_runs([folder])
    if len(runs) > 1:
        raise Ai4erError(f"{folder} holds {len(runs)} runs: audit one of them, such as {runs[0].folder}")
    (run,) = runs
    about = run.plan
    options = Options(**about["options"])
    chosen = plan(about["system"], about["corpus"], about["protocol"], data, run.labels, about["config"], options)
    folds = chosen.data.folds(chosen.protocol, chosen.options.seed)
    parts = [folds[number - 1] for number in run.folds]
    records = chosen.data.records
    tested = {f"{records[int(i)].corpus}/{records[int(i)].id}" for part in parts for i in part.roles["test"]}
    predicted = set(np.concatenate([one.ids for one in run.predictions.values()]).tolist())
    if not predicted <= tested:
        raise Ai4erError(
            f"{folder}: {len(predicted - tested)} of its {len(predicted)} tested items are in no test part of "
            f"{about['protocol']} on this copy of {about['corpus']}, such as {min(predicted - tested)}"
        )
    return run_record(chosen, parts)
