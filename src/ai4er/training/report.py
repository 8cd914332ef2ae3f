"""The report of a run: one Markdown page with its plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ai4er.evaluation import plots
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import ResultRow, table
from ai4er.training.fit import FULL, HISTORY

REPORT, PLOTS = "report.md", "plots"


def write_report(
    folder: Path,
    plan: Mapping[str, Any],
    rows: Sequence[ResultRow],
    pooled: Mapping[str, Predictions],
    mark: str,
    folds: Sequence[int],
) -> Path:
    """Write `report.md` and the plots of a run folder; returns the page."""
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
    lines = [f"# {title}", "", f"Protocol: {protocol} {mark}".rstrip(), ""]
    if plan["substituted"]:
        lines += [f"**The paper's encoder was replaced by its declared substitute ({plan['encoder'] or 'none'}).**", ""]
    lines += [*(f"- {note}" for note in plan["notes"]), "", table(rows)]
    lines += [f"![{path.stem}]({PLOTS}/{path.name})" for path in drawn if path is not None]
    page = folder / REPORT
    page.write_text("\n".join(lines) + "\n")
    return page


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
