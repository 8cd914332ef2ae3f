"""Plots that compare systems over protocols or conditions, drawn like those of a single run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation.plots import COLOURS, MARKERS, figure_of, save_figure


@dataclass(frozen=True)
class Bounded:
    """A value with the ends of its interval; without an interval they are None."""

    value: float
    low: float | None = None
    high: float | None = None


def plot_intervals(
    values: Mapping[str, Mapping[str, Bounded]], path: Path | str, title: str, metric: str, protocol: str,
    mark: str = "", chance: float | None = None,
) -> Path:  # fmt: skip
    """A marker with its interval for every system (colour) in every row: `values[system][row]`, rows downwards."""
    rows = list(dict.fromkeys(row for found in values.values() for row in found))
    _need(rows)
    figure, axes = figure_of(8.5, 1.6 + 0.55 * len(rows), title, protocol, mark)
    if chance is not None:
        axes.axvline(chance, color="#8a929c", ls=":", lw=1.2, label=f"chance {chance:.2f}")
    for number, (system, found) in enumerate(values.items()):
        shift = (number - (len(values) - 1) / 2) * 0.6 / len(values)
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        for row, one in found.items():
            place = rows.index(row) + shift
            label = system if row == next(iter(found)) else None
            axes.plot([one.value], [place], ls="", ms=6, color=colour, marker=marker, label=label)
            if one.low is not None and one.high is not None:
                axes.plot([one.low, one.high], [place, place], color=colour, lw=1.6)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(metric)
    axes.grid(axis="x", color="#e4e7eb", lw=0.8)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return save_figure(figure, path)


def plot_lines(
    x: Sequence[float | str], lines: Mapping[str, Sequence[float]], path: Path | str, title: str, x_title: str,
    y_title: str, protocol: str, mark: str = "",
) -> Path:  # fmt: skip
    """A line for every name over common positions; a position may be a word, as for clean speech."""
    _need(lines)
    figure, axes = figure_of(6.5, 4.0, title, protocol, mark)
    words = any(isinstance(place, str) for place in x)
    places = np.arange(len(x)) if words else np.asarray(x, dtype=np.float64)
    for number, (name, values) in enumerate(lines.items()):
        marker = MARKERS[number % len(MARKERS)] if len(x) < 20 else None
        axes.plot(places, values, color=COLOURS[number % len(COLOURS)], marker=marker, ms=5, lw=1.8, label=name)
    if words:
        axes.set_xticks(places, [str(place) for place in x])
    axes.set(xlabel=x_title, ylabel=y_title)
    axes.grid(axis="y", color="#e4e7eb", lw=0.8)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return save_figure(figure, path)


def _need(things: Sequence[str] | Mapping[str, object]) -> None:
    if not things:
        raise Ai4erError("there are no results to draw")
