"""A picture of a recognition: the distribution over time, with the recording below it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.recognition.formats import clock
from ai4er.recognition.result import Recognition

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {
    "anger": "#d1495b", "angry": "#d1495b", "mad": "#d1495b", "happiness": "#edae49", "happy": "#edae49",
    "joy": "#edae49", "joyful": "#edae49", "sadness": "#33658a", "sad": "#33658a", "neutral": "#b8bfc7",
    "fear": "#6d597a", "fearful": "#6d597a", "scared": "#6d597a", "disgust": "#5b8e55", "surprise": "#f26c4f",
    "surprised": "#f26c4f", "boredom": "#8d99ae", "calm": "#9bc1bc",
}  # fmt: skip
_MORE = ("#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377", "#88ccaa", "#997700", "#994455", "#004488")
_INK, _SOFT = "#22272e", "#8a929c"
_MOST_NAMES = 9


def plot_timeline(found: Recognition, path: Path | str) -> Path:
    """Write the `figure` as a PNG file. Raises `Ai4erError` when there is nothing to draw, or no folder for it."""
    drawn, path = figure(found), Path(path)
    if not path.parent.is_dir():
        raise Ai4erError(f"no folder {path.parent} to write the timeline into")
    drawn.savefig(path, dpi=130, format="png")
    return path


def figure(found: Recognition) -> Figure:
    """The segments as stacked bars over time (or over turns, for text); values of dimensions and scores are lines.

    Raises `Ai4erError` when there is nothing to draw.
    """
    if not found.segments:
        raise Ai4erError(f"{found.source}: no {found.sought} was found, so there is no timeline to draw")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    timed = found.segments[0].start is not None
    height = 3.4 if timed else min(14.0, 1.6 + 0.42 * len(found.segments))
    drawn = Figure(figsize=(11, height), layout="constrained")
    FigureCanvasAgg(drawn)
    axes = drawn.add_subplot()
    (_bars_over_time if timed else _bars_over_turns)(axes, found)
    axes.set_title(found.source, loc="left", color=_INK, fontsize=11, fontweight="bold")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9)
    return drawn


def _matrix(found: Recognition) -> tuple[list[str], np.ndarray]:
    """Names and scores (segments, names); of many classes, the most probable ones and the rest as `other`."""
    names = list(found.space.names)
    scores = np.array([list(segment.scores.values()) for segment in found.segments])
    if found.space.kind == "multi":
        scores = scores / np.maximum(scores.sum(1, keepdims=True), 1e-9)
    if len(names) <= _MOST_NAMES or not found.space.is_classes:
        return names, scores
    order = np.argsort(-scores.max(0))
    top, rest = order[: _MOST_NAMES - 1], order[_MOST_NAMES - 1 :]
    return [names[i] for i in top] + ["other"], np.column_stack([scores[:, top], scores[:, rest].sum(1)])


def colour(name: str, number: int) -> str:
    """The colour of a class, or the next of the others."""
    return _COLOURS.get(name, _MORE[number % len(_MORE)])


def _bars_over_time(axes: Axes, found: Recognition) -> None:
    names, scores = _matrix(found)
    starts = np.array([segment.start for segment in found.segments], dtype=float)
    ends = np.array([segment.end for segment in found.segments], dtype=float)
    bottom = np.zeros(len(starts))
    if found.space.is_classes:
        for number, name in enumerate(names):
            axes.bar(
                starts, scores[:, number], ends - starts, bottom, align="edge", color=colour(name, number), label=name,
                edgecolor="white", linewidth=0.6,
            )  # fmt: skip
            bottom += scores[:, number]
        axes.set(ylim=(0, 1.12), ylabel="probability")
        _name_the_winners(axes, found, starts, ends)
    else:
        for number, name in enumerate(names):
            axes.hlines(scores[:, number], starts, ends, color=colour(name, number), lw=4, label=name)
        axes.set(ylim=(found.space.low, found.space.high), ylabel="value")
        axes.axhline((found.space.low + found.space.high) / 2, color=_SOFT, lw=0.8, ls="--")
    _mark_the_evidence(axes, found)
    axes.set(xlim=(0, found.seconds or ends.max()), xlabel="time")
    ticks = [tick for tick in axes.get_xticks() if 0 <= tick <= (found.seconds or ends.max())]
    axes.set_xticks(ticks, [clock(tick) for tick in ticks])


def _mark_the_evidence(axes: Axes, found: Recognition) -> None:
    """A strip along the bottom, darker where a moment carried the label more; each segment by its own most."""
    for segment in found.segments:
        most = max((one.weight for one in segment.evidence), default=0.0)
        for one in segment.evidence:
            if one.start is not None and one.end is not None and one.weight > 0:
                axes.axvspan(one.start, one.end, 0, 0.04, color=_INK, alpha=one.weight / most, linewidth=0)


def _name_the_winners(axes: Axes, found: Recognition, starts: np.ndarray, ends: np.ndarray) -> None:
    """The label above each bar that is wide enough for it."""
    whole = found.seconds or float(ends.max())
    for segment, start, end in zip(found.segments, starts, ends):
        label = found.labels(segment)
        if label and (end - start) / whole > 0.012 * len(label[0]):
            axes.text((start + end) / 2, 1.02, label[0], ha="center", va="bottom", fontsize=8, color=_INK)


def _bars_over_turns(axes: Axes, found: Recognition) -> None:
    names, scores = _matrix(found)
    rows = np.arange(len(found.segments))
    if found.space.is_classes:
        left = np.zeros(len(rows))
        for number, name in enumerate(names):
            axes.barh(rows, scores[:, number], 0.72, left, color=colour(name, number), label=name, edgecolor="white")
            left += scores[:, number]
        axes.set(xlim=(0, 1), xlabel="probability")
    else:
        for number, name in enumerate(names):
            axes.plot(scores[:, number], rows, "o-", color=colour(name, number), label=name)
        axes.set(xlim=(found.space.low, found.space.high), xlabel="value")
    said = [": ".join(filter(None, (segment.speaker, segment.text))) for segment in found.segments]
    axes.set_yticks(rows, [text if len(text) <= 48 else text[:45] + "..." for text in said], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
