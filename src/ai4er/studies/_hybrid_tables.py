"""The tables and plots of the study of acted and real-life speech."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ai4er.evaluation.comparison_plots import Bounded, plot_intervals
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.intervals import interval
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.significance import paired_tests
from ai4er.studies._crowd_labels import METRICS
from ai4er.studies._hybrid import PAPERS_SYSTEM, REAL, TUNED, Parts, Setting
from ai4er.studies.base import Desk
from ai4er.training.run import Run

QUOTED = {"acted": ("dusha", (0.83, 0.76, 0.77)), "real": ("dusha:part=podcast", (0.89, 0.53, 0.54))}
"""The corpus of each part, and what later work quotes for it: accuracy, class-mean recall and macro F1."""


@dataclasses.dataclass(frozen=True)
class Result:
    """What one system said in one setting of one part, and the protocol with its mark."""

    system: str
    setting: str
    trained_on: str
    predictions: Predictions
    protocol: str


def settings_blocks(settings: Sequence[Setting], parts: Parts) -> list[Block]:
    """What is trained on what, and how."""
    rows = [
        [one.name, one.corpus, one.starts_from, f"{one.settings['learning_rate']:g}", _weights(one), one.protocol]
        for one in settings
    ]
    size = "the small configuration of each system" if parts.trial else "each system as published"
    shared = ", ".join(f"{name} {value}" for name, value in parts.settings.items())
    about = (
        f"Trained is {size}{f', with {shared}' if shared else ''}, where it has such settings. Learning rates and "
        f"sampling weights are those of {PAPERS_SYSTEM}; other systems keep their own."
    )
    header = ["setting", "trained on", "starts from", "learning rate", "sampling weights", "protocol"]
    return [Heading("Settings"), Table(header, rows), Paragraph(about)]


def _weights(one: Setting) -> str:
    weights: Mapping[str, float] = one.settings.get("sampling_weights", {})
    return ", ".join(f"{name} {value:g}" for name, value in weights.items()) or "equal"


def part_blocks(
    title: str, part: str, found: Sequence[Result], desk: Desk, pairs: Sequence[tuple[str, str]]
) -> list[Block]:
    """The table of a part with the always-same answer and the quoted numbers, the paired tests, and the plot."""
    if not found:
        return []
    rows = [[one.system, one.setting, one.trained_on, *_cells(one, desk.seed), one.protocol] for one in found]
    rows.append(_constant(found[0].predictions))
    _, quoted = QUOTED[part]
    rows.append(
        ["the paper's, second-hand", "not said", "Dusha", "", *(f"{value:.2f}" for value in quoted), "official"]
    )
    header = ["system", "setting", "trained on", "tested", *METRICS.values(), "protocol"]
    tests: list[str] = []
    for slug in dict.fromkeys(one.system for one in found):
        own = {one.setting: one.predictions for one in found if one.system == slug}
        made, left_out = paired_tests(own, [pair for pair in pairs if set(pair) <= set(own)])
        tests += [f"{slug}: {line}" for line in (*map(str, made), *left_out)]
    return [
        Heading(title), Table(header, rows), *map(Paragraph, tests), _plot(title, part, found, desk)
    ]  # fmt: skip


def _cells(result: Result, seed: int) -> list[str]:
    bounds = [interval(result.predictions, name, seed=seed) for name in METRICS]
    tested = f"{len(result.predictions)} of {bounds[0].groups} {bounds[0].unit}"
    return [tested, *(one.cell for one in bounds)]


def _constant(predictions: Predictions) -> list[str]:
    """The answer that is always the most frequent class of the test part."""
    classes = predictions.space.size
    largest = int(np.bincount(predictions.targets, minlength=classes).argmax())
    scores = np.tile(np.eye(classes)[largest], (len(predictions), 1))
    found = measure(dataclasses.replace(predictions, scores=scores, uncertainty=None), tuple(METRICS))
    name = predictions.space.names[largest]
    return [f"always {name}", "", "", str(len(predictions)), *(f"{found[metric]:.3f}" for metric in METRICS), "none"]


def _plot(title: str, part: str, found: Sequence[Result], desk: Desk) -> Figure:
    values: dict[str, dict[str, Bounded]] = {}
    for one in found:
        bounds = interval(one.predictions, "ua", seed=desk.seed)
        row = "\n".join([one.setting, *one.protocol.split("|")])
        values.setdefault(one.system, {})[row] = Bounded(bounds.value, bounds.low, bounds.high)
    chance = 1 / found[0].predictions.space.size
    path = desk.folder / f"{part}.png"
    plot_intervals(values, path, title, METRICS["ua"], "every row names its protocol", chance=chance)
    return Figure(Path(path.name), desk.folder, f"{title}: UA by setting")


def confusions(runs: Mapping[str, Mapping[str, Run]], folder: Path) -> list[Block]:
    """The confusion matrices of what is trained on the real-life part alone, and of what is fine-tuned on it."""
    files = {
        f"{slug}, {name}": run[name].folder / "plots" / "confusion.png"
        for slug, run in runs.items()
        for name in (REAL, TUNED)
        if name in run
    }
    drawn = [Figure(file.relative_to(folder), folder, title) for title, file in files.items() if file.exists()]
    return [Heading("Confusions in the real-life part", 3), *drawn] if drawn else []
