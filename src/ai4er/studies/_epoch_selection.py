"""Scores on validation and test after every epoch, to measure what looking at them would be worth.

An ordinary training never sees its test part; the curves are kept apart from the runs and used for nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.comparison_plots import plot_lines
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.selection import HABITS, Curves, reported, selection_bias
from ai4er.prediction.items import Unit
from ai4er.protocols.base import audit
from ai4er.studies._evaluation_setups import Setup
from ai4er.studies.base import Desk
from ai4er.systems.base import System
from ai4er.training.answers import evaluate
from ai4er.training.checkpoint import save_text
from ai4er.training.data import items_of, roles_of
from ai4er.training.fit import fit
from ai4er.training.options import Options
from ai4er.training.run import build, plan

METRICS = ("ua", "wa", "weighted_f1")
_PARTS = ("valid", "test")


def learning_curves(
    desk: Desk, setup: Setup, slug: str, settings: Mapping[str, Any], small: bool
) -> tuple[Curves, Curves] | None:
    """Validation and test curves of every fold, by metric (folds, epochs), of the last stage of training.

    None for a system without epochs. A fold that was finished is read back. Raises `Ai4erError` for a protocol without
    validation part.
    """
    options = Options(seed=desk.seed)
    chosen = plan(slug, setup.corpus, setup.protocol, desk.data, setup.labels, settings, options, desk.offline, small)
    items = items_of(chosen.data, chosen.config)
    found = []
    for part in chosen.data.folds(chosen.protocol, desk.seed):
        audit(part, chosen.data.records, chosen.protocol)
        system = build(chosen.system, chosen.config, chosen.data, items, desk.seed)
        if not system.stages():
            return None
        if not len(part.roles["valid"]):
            raise Ai4erError(
                f"{setup.protocol} has no validation part in fold {part.name}: who would choose the epoch?"
            )
        file = desk.folder / "curves" / f"{setup.slug}-{slug}" / f"fold-{part.index + 1}.json"
        if not file.exists():
            desk.say(f"{slug}, {setup.title}: every epoch of fold {part.name}")
            save_text(file, json.dumps(_watched(system, roles_of(part, items, chosen.system), options)) + "\n")
        found.append(json.loads(file.read_text()))
    valid, test = (_padded([one[part] for one in found]) for part in _PARTS)
    return valid, test


def _watched(system: System, roles: Mapping[str, Sequence[Unit]], options: Options) -> dict[str, Any]:
    """Values by part and metric, one an epoch."""
    last = system.stages()[-1].name
    rows: dict[str, list[dict[str, float]]] = {part: [] for part in _PARTS}

    def watch(stage: str, done: int, total: int, numbers: dict[str, float]) -> None:
        if stage == last:
            for part, kept in rows.items():
                measured = [measure(one, METRICS) for one in evaluate(system, roles[part]).values()]
                kept.append({name: float(np.mean([one[name] for one in measured])) for name in METRICS})

    fit(system, roles, options, progress=watch)
    return {part: {name: [row[name] for row in kept] for name in METRICS} for part, kept in rows.items()}


def _padded(runs: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, np.ndarray]:
    """(runs, epochs) by metric; NaN behind the end of a run."""
    longest = max(len(run[METRICS[0]]) for run in runs)
    return {name: np.array([[*run[name], *[np.nan] * (longest - len(run[name]))] for run in runs]) for name in METRICS}


def selection_blocks(
    desk: Desk, systems: Sequence[str], setups: Sequence[Setup], settings: Mapping[str, Mapping[str, Any]], small: bool
) -> list[Block]:
    """What every habit of choosing an epoch reports, and how the bias grows with the epochs that may be chosen."""
    title, rows = Heading("Who chooses the epoch"), []
    lines: dict[str, list[float]] = {}
    for slug, setup in product(systems, setups):
        curves = learning_curves(desk, setup, slug, settings.get(slug, {}), small)
        if curves is not None:
            rows += [[slug, setup.title, *cells] for cells in _habits(*curves)]
            lines[f"{slug}\n{setup.protocol.partition('|')[2] or setup.protocol}"] = bias_by_epochs(*curves)
    if not lines:
        return [title, Paragraph("None of the systems is trained in epochs, so that there is none to choose.")]
    longest = max(map(len, lines.values()))
    plot_lines(
        range(1, longest + 1), {name: [*values, *[np.nan] * (longest - len(values))] for name, values in lines.items()},
        desk.folder / "selection.png", f"{setups[0].corpus}: choosing the epoch on test", "epochs to choose from",
        "selection bias of UA", "mean over the folds of each protocol",
    )  # fmt: skip
    header = ["system", "corpus, protocol", "epoch", "WA (bias)", "UA (bias)", "audit"]
    about = (
        "Means over the folds of one seed. Bias: the value minus that of the epoch chosen on validation data. Habits "
        "that look at the test part are what public code was seen to do; they are measured here and used nowhere else."
    )
    figure = Figure(Path("selection.png"), desk.folder, "Selection bias by the number of epochs to choose from")
    return [title, Table(header, rows), Paragraph(about), figure]


def _habits(valid: Curves, test: Curves) -> Iterator[list[str]]:
    """The habit, WA and UA with their bias, and the verdict of the audit."""
    honest = {name: reported(HABITS[0], valid, test, name).mean() for name in ("wa", "ua")}
    for habit in HABITS:
        means = {name: reported(habit, valid, test, name).mean() for name in honest}
        biased = [f"{means[name]:.3f} ({means[name] - honest[name]:+.3f})" for name in honest]
        yield [habit.name, *biased, "LEAK" if habit.part == "test" else "ok"]


def bias_by_epochs(valid: Curves, test: Curves) -> list[float]:
    """The mean selection bias of UA over the folds, where only the first so many epochs may be chosen."""
    epochs = test["ua"].shape[1]
    found = (selection_bias(valid["ua"][:, :last], test["ua"][:, :last]) for last in range(1, epochs + 1))
    return [float(bias.mean()) for bias in found]
