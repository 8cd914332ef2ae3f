"""The report of a run: one Markdown page with its plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.evaluation import plots
from ai4er.evaluation.comparison_plots import plot_lines
from ai4er.evaluation.document import Table
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import ALL_FOLDS, ResultRow, cell, marked_protocol, table
from ai4er.protocols.base import parse_protocol
from ai4er.training.answers import FULL
from ai4er.training.fit import HISTORY

REPORT, PLOTS = "report.md", "plots"


def write_report(
    folder: Path,
    plan: Mapping[str, Any],
    rows: Sequence[ResultRow],
    pooled: Mapping[str, Predictions],
    mark: str,
    folds: Sequence[int],
    guaranteed: str,
) -> Path:
    """Write `report.md` and the plots of a run folder; returns the page. `guaranteed` is what test does not share."""
    place = folder / PLOTS
    place.mkdir(exist_ok=True)
    title, protocol = f"{plan['system']} on {plan['corpus']}", plan["protocol"]
    drawn: list[Path | None] = []
    for condition, predictions in pooled.items():
        suffix = "" if condition == FULL else f"-{condition}"
        named = title if condition == FULL else f"{title}, {condition}"
        if predictions.space.kind in ("single", "distribution"):
            drawn.append(plots.plot_confusion(predictions, place / f"confusion{suffix}.png", named, protocol, mark))
            drawn.append(plots.plot_reliability(predictions, place / f"reliability{suffix}.png", named, protocol, mark))
    drawn += [_curves(folder, number, place, title, protocol, mark) for number in folds[:1]]
    if parse_protocol(protocol).in_time:
        drawn.append(_over_time(rows, place, title, protocol, mark))
    lines = [f"# {title}", "", f"Protocol: {protocol} {mark}".rstrip(), "", f"Test and training: {guaranteed}", ""]
    if plan["substituted"]:
        lines += [f"**The paper's encoder was replaced by its declared substitute ({plan['encoder'] or 'none'}).**", ""]
    lines += [*(f"- {note}" for note in plan["notes"]), "", results(rows)]
    lines += [f"![{path.stem}]({PLOTS}/{path.name})" for path in drawn if path is not None]
    page = folder / REPORT
    page.write_text("\n".join(lines) + "\n")
    return page


def results(rows: Sequence[ResultRow]) -> str:
    """The results of a run: its table, and one with a line for each condition, where it was tested under several."""
    named = [row for row in rows if "[" in row.metric and row.fold == ALL_FOLDS]
    if not named:
        return table(rows)
    lines: dict[str, dict[str, ResultRow]] = {}
    for row in named:
        metric, _, condition = row.metric.removesuffix("]").partition("[")
        lines.setdefault(condition, {})[metric] = row
    metrics = list(next(iter(lines.values())))
    body = [[condition, *(cell([found[metric]]) for metric in metrics)] for condition, found in lines.items()]
    whole = table([row for row in rows if "[" not in row.metric])
    caption = f"By condition, {marked_protocol(named[0])} (the table above has their means):"
    return f"{whole}\n{caption}\n\n{Table(['condition', *metrics], body).markdown()}\n"


def _over_time(rows: Sequence[ResultRow], place: Path, title: str, protocol: str, mark: str) -> Path:
    """The score of every block, in the order of time, and the mean of all until then."""
    metric = next(row.metric for row in rows)
    found = [row for row in rows if row.metric == metric and row.fold != ALL_FOLDS]
    values = np.array([row.value for row in found])
    lines = {metric: values.tolist(), "mean so far": (values.cumsum() / np.arange(1, len(values) + 1)).tolist()}
    blocks = [row.fold.removeprefix("block ") for row in found]
    return plot_lines(blocks, lines, place / "online.png", title, "block", metric, protocol, mark)


def _curves(folder: Path, number: int, place: Path, title: str, protocol: str, mark: str) -> Path | None:
    """The training curves of one fold, if it has stages."""
    file = folder / f"fold-{number}" / HISTORY
    if not file.exists():
        return None
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    stages = dict.fromkeys(row["stage"] for row in rows)
    curves: dict[str, list[float]] = {}
    for row in rows:
        prefix = f"{row['stage']} " if len(stages) > 1 else ""
        for name, value in row.items():
            if name not in ("stage", "epoch"):
                curves.setdefault(prefix + name, []).append(value)
    return plots.plot_training(curves, place / "training.png", f"{title}, fold {number}", protocol, mark)
