"""Run folders as a training leaves them, without the training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.evaluation.intervals import interval
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import ALL_FOLDS, ResultRow, write_rows
from ai4er.labels import LABEL_SPACES
from ai4er.systems import system_class
from ai4er.training.options import Options


def leave_run(folder: Path, system: str, right: float, /, *, seed: int = 0, **changes: Any) -> dict[str, Any]:
    """A finished run on 60 items of 6 speakers, of which a share is recognised; returns its plan."""
    kind = system_class(system)
    plan = {
        "system": system, "config": kind.config_class().model_dump(mode="json"), "corpus": "emodb", "labels": "emodb7",
        "protocol": "random_kfold:folds=10", "options": Options(seed=seed).model_dump(mode="json"), "encoder": "",
        "substituted": False, "notes": [], **changes,
    }  # fmt: skip
    (folder / "fold-1").mkdir(parents=True)
    (folder / "fold-1" / "fold.json").write_text("{}")
    (folder / "plots").mkdir()
    (folder / "plots" / "confusion.png").write_bytes(f"picture of {system}".encode())
    (folder / "run.json").write_text(json.dumps({"plan": plan, "commit": "abc1234"}))
    targets, space = np.arange(60) % 7, LABEL_SPACES["emodb7"]
    given = np.where(np.random.default_rng(seed).random(60) < right, targets, (targets + 1) % 7)
    predictions = Predictions(np.arange(60), targets, np.eye(7)[given], space, speakers=np.arange(60) // 10)
    predictions.save(folder / "predictions.parquet")
    common = {name: plan[name] for name in ("system", "corpus", "protocol", "encoder", "substituted")}
    bounds = [interval(predictions, name, resamples=50) for name in ("ua", "wa")]
    write_rows(
        folder / "results.parquet",
        [
            ResultRow(**common, fold=ALL_FOLDS, seed=seed, metric=b.metric, value=b.value, low=b.low, high=b.high)
            for b in bounds
        ],
    )
    return plan
