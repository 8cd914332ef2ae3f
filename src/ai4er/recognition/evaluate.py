"""Measuring a recognizer on a corpus, with the protocol `as_is`: nothing is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.intervals import interval
from ai4er.evaluation.metrics import default_metrics
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import ALL_FOLDS, RESULTS_FILE, ResultRow, table, write_rows
from ai4er.prediction.view import seen_as
from ai4er.recognition.recognize import load
from ai4er.recognition.result import DECIDED
from ai4er.training.data import load_data
from ai4er.training.initial import shared_corpora
from ai4er.training.run import PREDICTIONS


def evaluate(
    name: str | Path, corpus: str, data: Path | str | None = None, split: str | None = None, out: Path | None = None,
    labels: str | None = None,
) -> str:  # fmt: skip
    """The table of results of a recognizer on a corpus, or on one official split of it.

    The corpus' labels are mapped to those of the recognizer where a named mapping exists; with `labels` the answers of
    the recognizer are seen in another space first. A warning line says when the recognizer was trained on the same
    corpus. Raises `Ai4erError` when the labels cannot be mapped.
    """
    recognizer = seen_as(load(name), labels)
    space = recognizer.space
    found = load_data(corpus, [space.kind], data, space.name)
    records = found.records.where(lambda record: split is None or record.split == split)
    if not len(records):
        there = sorted(set(found.records.column("split")) - {""})
        raise Ai4erError(f"{corpus} has no split {split!r}: {', '.join(there) or 'it has none'}")
    answer = recognizer.predict(records)
    threshold = np.array([recognizer.thresholds.get(label, DECIDED) for label in space.names])
    predictions = Predictions.of(records, answer.scores, space, answer.uncertainty, threshold)
    rows = []
    for metric in default_metrics(space):
        bounds = interval(predictions, metric)
        rows.append(
            ResultRow(
                str(name), corpus, "as_is" + (f":split={split}" if split else ""), ALL_FOLDS, 0, metric,
                bounds.value, low=bounds.low, high=bounds.high, encoder=str(recognizer.about.get("encoder", "")),
                substituted=bool(recognizer.about.get("substituted")),
            )
        )  # fmt: skip
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        predictions.save(out / PREDICTIONS)
        write_rows(out / RESULTS_FILE, rows)
    trained = str(recognizer.about.get("corpus", ""))
    shared = shared_corpora(trained, corpus)
    warning = (
        f"Trained on {', '.join(shared)} too: this is no result on unseen data unless the split says so.\n"
        if shared
        else ""
    )
    return "\n".join([*found.notes, table(rows) + warning])
