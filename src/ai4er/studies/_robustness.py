"""Tables and plots of how systems bear noise and rooms."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ai4er.evaluation.comparison_plots import plot_lines
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.intervals import compare, interval
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import encoder
from ai4er.protocols.changes.noise import CLEAN
from ai4er.studies._corrupted_speech import ROOM, Heard
from ai4er.studies._evaluation_setups import Setup
from ai4er.training.run import Run

Scores = dict[str, dict[str, list[Predictions]]]
"""Predictions by model and condition, one a seed."""

_REPORTED = (
    ("multi-modal over acoustic baseline, valence CCC", "multimodal", ("filter banks", "acoustic"), "+100 %"),
    (
        "multi-modal over lexical model, valence CCC (paper: over its lexical baseline)",
        "multimodal",
        ("lexical",),
        "+30 %",
    ),
)


def _metrics(predictions: Predictions) -> tuple[str, ...]:
    """The primary metric, and of dimensions that of each."""
    if predictions.space.kind == "dimensions":
        return ("ccc", *(f"ccc_{name}" for name in predictions.space.names))
    return ("ua", "wa") if predictions.space.kind == "single" else tuple(measure(predictions))[:1]


def _mean(found: Sequence[Predictions], metric: str) -> float:
    """The mean over the seeds."""
    return float(np.mean([measure(one, [metric])[metric] for one in found]))


def robustness_blocks(
    contest: Setup, scores: Scores, runs: Mapping[str, Sequence[Run]], conditions: Sequence[Heard], folder: Path
) -> list[Block]:
    """Every metric over the conditions, a plot for each kind of noise, what is lost, and the paper's gains."""
    first = next(iter(scores.values()))[CLEAN][0]
    row = next(iter(runs.values()))[0].rows[0]
    where = f"{contest.title} {row.mark}".strip()
    blocks: list[Block] = [Heading(where)]
    for metric in _metrics(first):
        header = ["system", "encoder", *(one.name for one in conditions)]
        blocks += [
            Paragraph(f"{metric}, {where}; mean over the seeds"),
            Table(header, _table(scores, runs, conditions, metric)),
        ]
    metric = _metrics(first)[0]
    blocks += [_plot(contest, scores, conditions, metric, kind, row.mark, folder) for kind in _kinds(conditions)]
    lost = _lost(scores, conditions, metric)
    about = f"Noise and rooms together, {metric}, {where}: the mean over all conditions but clean, and what is lost."
    blocks += [
        Paragraph(about),
        Table(["system", CLEAN, "corrupted", "lost", "minus the first system [95 %], p"], lost),
    ]
    gains = _gains(scores, first)
    if gains:
        header = ["comparison", "here", "reported in the paper (MSP-Podcast)"]
        blocks += [Paragraph(f"Relative gains on clean speech, {where}"), Table(header, gains)]
    return blocks


def _table(
    scores: Scores, runs: Mapping[str, Sequence[Run]], conditions: Sequence[Heard], metric: str
) -> list[list[str]]:
    rows = []
    for name, found in scores.items():
        cells = [interval(found[one.name], metric).cell for one in conditions]
        rows.append([name, encoder(runs[name][0].rows[0]), *cells])
    return rows


def _kinds(conditions: Sequence[Heard]) -> list[str]:
    return list(dict.fromkeys(one.kind for one in conditions if one.kind not in (CLEAN, ROOM)))


def _plot(
    contest: Setup, scores: Scores, conditions: Sequence[Heard], metric: str, kind: str, mark: str, folder: Path
) -> Figure:
    """The metric over the levels of one kind of noise."""
    chosen = [one for one in conditions if one.kind in (CLEAN, kind)]
    lines = {name: [_mean(found[one.name], metric) for one in chosen] for name, found in scores.items()}
    path = Path(f"{contest.slug}-{kind}.png")
    plot_lines(
        [CLEAN, *(f"{one.level:g}" for one in chosen[1:])], lines, folder / path, f"{contest.corpus}, {kind} noise",
        "signal-to-noise ratio, dB", metric, contest.protocol, mark,
    )  # fmt: skip
    return Figure(path, folder, f"{metric} under {kind} noise, {contest.title} {mark}".strip())


def _lost(scores: Scores, conditions: Sequence[Heard], metric: str) -> list[list[str]]:
    """Clean, corrupted, the loss, and the paired difference to the first system under all corruptions together."""
    rows = []
    corrupted = [one.name for one in conditions if one.kind != CLEAN]
    pooled = {
        name: [_together(parts) for parts in zip(*(found[one] for one in corrupted))] for name, found in scores.items()
    }
    reference = next(iter(pooled.values()))
    for name, found in scores.items():
        clean, noisy = _mean(found[CLEAN], metric), float(np.mean([_mean(found[one], metric) for one in corrupted]))
        difference = ""
        if pooled[name] is not reference:
            one = compare(pooled[name], reference, metric)
            difference = f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}], {one.p_value:.3f}"
        rows.append([name, f"{clean:.3f}", f"{noisy:.3f}", f"{noisy - clean:+.3f}", difference])
    return rows


def _together(parts: Sequence[Predictions]) -> Predictions:
    """The predictions of several conditions as one, every item once for each."""
    named = [
        dataclasses.replace(part, ids=np.array([f"{number}/{name}" for name in part.ids]))
        for number, part in enumerate(parts)
    ]
    return Predictions.pool(named)


def _gains(scores: Scores, first: Predictions) -> list[list[str]]:
    """The relative gains of which the paper tells, where the models are there."""
    if first.space.kind != "dimensions" or "valence" not in first.space.names:
        return []
    rows = []
    for what, one, others, told in _REPORTED:
        other = next((name for name in others if name in scores), None)
        if one in scores and other is not None:
            before, after = (_mean(scores[name][CLEAN], "ccc_valence") for name in (other, one))
            gain = f"{(after - before) / before:+.0%}".replace("%", " %") if before > 0 else "no gain over 0 or less"
            rows.append([what, f"{before:.3f} -> {after:.3f}: {gain}", told])
    return rows
