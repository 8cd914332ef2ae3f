"""A plot of two metrics against each other, as of what a protection costs and what it hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai4er.errors import Ai4erError
from ai4er.evaluation.intervals import Interval
from ai4er.evaluation.plots import COLOURS, MARKERS, figure_of, save_figure


@dataclass(frozen=True)
class TradeOff:
    """One setting with its two metrics."""

    setting: str
    x: Interval
    y: Interval


def plot_trade_off(
    series: Mapping[str, Sequence[TradeOff]], path: Path | str, title: str, x_title: str, y_title: str, protocol: str,
    mark: str = "", x_chance: float | None = None, y_chance: float | None = None,
) -> Path:  # fmt: skip
    """Points with their intervals in both directions, those of one name joined in order and each with its setting."""
    if not any(series.values()):
        raise Ai4erError("there are no results to draw")
    figure, axes = figure_of(7.2, 5.4, title, protocol, mark)
    for chance, line in ((x_chance, axes.axvline), (y_chance, axes.axhline)):
        if chance is not None:
            line(chance, color="#8a929c", ls=":", lw=1.2, label="chance" if line == axes.axvline else None)
    for number, (name, points) in enumerate(series.items()):
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        x, y = [one.x.value for one in points], [one.y.value for one in points]
        axes.plot(x, y, color=colour, marker=marker, ms=6, lw=1.2, label=name)
        for one in points:
            axes.plot([one.x.low, one.x.high], [one.y.value] * 2, color=colour, lw=0.8, alpha=0.5)
            axes.plot([one.x.value] * 2, [one.y.low, one.y.high], color=colour, lw=0.8, alpha=0.5)
            axes.annotate(one.setting, (one.x.value, one.y.value), (6, 6), textcoords="offset points")
    axes.set(xlabel=x_title, ylabel=y_title)
    axes.grid(color="#e4e7eb", lw=0.8)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2)
    return save_figure(figure, path)
