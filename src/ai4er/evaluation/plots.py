"""Plots of results as PNG files, drawn without a display.

Every function takes the path to write and returns it; `title` should name system and corpus, and
`protocol` with its `mark` is always printed below it, so that no plot can lose them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation._sums import confidence_bin
from ai4er.evaluation.metrics import METRICS, confusion_matrix, metric
from ai4er.evaluation.predictions import Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _SOFT, _BLUE, _ORANGE = "#22272e", "#8a929c", "#2f6db3", "#d9822b"
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""The bright scheme of Paul Tol, which colour-blind readers can tell apart."""
MARKERS = "os^Dvp*"
_SCATTER_LIMIT = 2000


def plot_confusion(predictions: Predictions, path: Path | str, title: str, protocol: str, mark: str = "") -> Path:
    """The share of each annotated class (row) that was predicted as each class, with counts."""
    names = predictions.space.names
    if predictions.space.kind == "multi":
        raise Ai4erError(f"{predictions.space.name} has several labels for an item, so no confusion matrix")
    counts = confusion_matrix(predictions.target_classes, predictions.classes, len(names))
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = max(4.2, 1.6 + (0.62 if len(names) <= 12 else 0.36) * len(names))
    figure, axes = figure_of(side + 1.2, side, title, protocol, mark)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    size = 9 if len(names) <= 8 else 6
    for row, column in np.ndindex(*counts.shape):
        if len(names) > 15 and not counts[row, column]:
            continue
        text = f"{shares[row, column]:.0%}\n{counts[row, column]}" if len(names) <= 12 else f"{counts[row, column]}"
        colour = "white" if shares[row, column] > 0.55 else _INK
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("annotated")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(image, ax=axes, fraction=0.045, pad=0.03)
    bar.set_label("share of the annotated class")
    bar.outline.set_visible(False)
    return save_figure(figure, path)


def plot_reliability(
    predictions: Predictions, path: Path | str, title: str, protocol: str, mark: str = "", bins: int = 10
) -> Path:
    """Accuracy against confidence in equal bins, above how many items fall into each."""
    confidence = predictions.scores.max(1).astype(np.float64)
    right = predictions.classes == predictions.target_classes
    error = METRICS["ece"](predictions)
    which = confidence_bin(confidence, bins)
    items = np.bincount(which, minlength=bins)
    filled = items > 0
    accuracy = np.bincount(which, right, bins)[filled] / items[filled]
    centre = (np.arange(bins) + 0.5) / bins
    figure, axes = figure_of(4.8, 5.4, title, protocol, mark, rows=2, heights=(4, 1))
    axes.plot([0, 1], [0, 1], color=_SOFT, linestyle="--", linewidth=1, label="calibrated")
    axes.bar(centre[filled], accuracy, width=0.92 / bins, color=_BLUE, alpha=0.85, label="accuracy")
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="accuracy")
    axes.legend(frameon=False, loc="upper left", title=f"calibration error {error:.3f}", alignment="left")
    below = figure.axes[1]
    below.bar(centre, items / items.sum(), width=0.92 / bins, color=_SOFT, alpha=0.8)
    below.set(xlim=(0, 1), xlabel="confidence", ylabel=f"share of\n{items.sum()} items")
    return save_figure(figure, path)


def plot_embedding(
    embedding: np.ndarray,
    labels: Sequence[str],
    path: Path | str,
    title: str,
    protocol: str,
    mark: str = "",
    seed: int = 0,
) -> Path:
    """Embeddings (items, features) in a plane, coloured by label.

    Principal components up to 200 items, t-SNE above; at most 2,000 items, drawn by the seed.
    """
    embedding, classes = np.asarray(embedding, dtype=np.float64), np.asarray(labels, dtype=str)
    if embedding.ndim != 2 or len(embedding) != len(classes) or len(embedding) < 3:
        raise Ai4erError(
            f"embeddings {embedding.shape} and {len(classes)} labels: give three or more items, one label each"
        )
    if len(embedding) > _SCATTER_LIMIT:
        chosen = np.sort(np.random.default_rng(seed).choice(len(embedding), _SCATTER_LIMIT, replace=False))
        embedding, classes = embedding[chosen], classes[chosen]
    plane, method = _plane(embedding, seed)
    figure, axes = figure_of(6.0, 4.8, title, protocol, mark)
    for number, name in enumerate(np.unique(classes)):
        here = plane[classes == name]
        marker = MARKERS[number // len(COLOURS) % len(MARKERS)]
        axes.scatter(
            here[:, 0],
            here[:, 1],
            s=16,
            color=COLOURS[number % len(COLOURS)],
            marker=marker,
            alpha=0.75,
            lw=0,
            label=name,
        )
    axes.set(xlabel=f"{method} 1", ylabel=f"{method} 2")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=1.6)
    return save_figure(figure, path)


def _plane(embedding: np.ndarray, seed: int) -> tuple[np.ndarray, str]:
    centred = embedding - embedding.mean(0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    components = left[:, :50] * values[:50]
    if len(embedding) <= 200:
        plane = np.zeros((len(embedding), 2))
        plane[:, : components.shape[1]] = components[:, :2]
        return plane, "principal component"
    from sklearn.manifold import TSNE

    return TSNE(perplexity=30, init="random", random_state=seed).fit_transform(components), "t-SNE"


def plot_training(
    history: Mapping[str, Sequence[float]], path: Path | str, title: str, protocol: str, mark: str = ""
) -> Path:
    """Curves by epoch, one panel for the losses (names with `loss`) and one for all else."""
    losses = {name: values for name, values in history.items() if "loss" in name}
    others = {name: values for name, values in history.items() if "loss" not in name}
    panels = [(what, curves) for what, curves in (("loss", losses), ("metric", others)) if curves]
    if not panels:
        raise Ai4erError("there is no training history to draw")
    figure = figure_of(5.0 * len(panels), 3.8, title, protocol, mark, columns=len(panels))[0]
    for axes, (what, curves) in zip(figure.axes, panels):
        for number, (name, values) in enumerate(curves.items()):
            epochs = np.arange(1, len(values) + 1)
            marker = "o" if len(values) < 20 else None
            axes.plot(epochs, values, color=COLOURS[number % len(COLOURS)], lw=1.8, marker=marker, ms=3.5, label=name)
        axes.set(xlabel="epoch", ylabel=what)
        axes.locator_params(axis="x", integer=True)
        axes.grid(axis="y", color="#e4e7eb", lw=0.8)
        axes.legend(frameon=False)
    return save_figure(figure, path)


def plot_by_speaker(
    predictions: Predictions, path: Path | str, title: str, protocol: str, mark: str = "", name: str = "wa"
) -> Path:
    """A metric of each speaker (or dialogue, where speakers are unknown), worst first."""
    unit = predictions.unit
    if unit == "items":
        raise Ai4erError("neither speakers nor dialogues of these predictions are known, so no bars by speaker")
    chosen = metric(name, predictions.space)
    members = getattr(predictions, unit)
    groups, counts = np.unique(members, return_counts=True)
    values = np.array([chosen(predictions.take(np.flatnonzero(members == group))) for group in groups])
    order = np.argsort(values, kind="stable")
    width = max(5.0, 2.0 + 0.32 * len(groups))
    figure, axes = figure_of(min(width, 16.0), 4.0, title, protocol, mark)
    axes.bar(range(len(groups)), values[order], color=_BLUE, alpha=0.85, width=0.8)
    whole = chosen(predictions)
    axes.axhline(whole, color=_ORANGE, lw=1.5, label=f"all items {whole:.2f}")
    axes.axhline(values.mean(), color=_INK, lw=1.2, ls="--", label=f"mean of {len(groups)} {unit} {values.mean():.2f}")
    ticks = [f"{groups[i].partition('/')[2] or groups[i]}\nn={counts[i]}" for i in order]
    axes.set_xticks(range(len(groups)), ticks if len(groups) <= 40 else [""] * len(groups), fontsize=8)
    axes.set_ylabel(chosen.title)
    axes.tick_params(axis="x", length=0)
    axes.margins(x=0.01)
    axes.set_ylim(top=max(values.max(), whole) * 1.25 or 1.0)
    axes.legend(frameon=False, ncols=2, loc="upper left")
    return save_figure(figure, path)


def figure_of(
    width: float,
    height: float,
    title: str,
    protocol: str,
    mark: str,
    rows: int = 1,
    columns: int = 1,
    heights: Sequence[float] = (1,),
) -> tuple[Figure, Axes]:
    """A figure with its title, protocol and mark, and its first axes; the others are in `figure.axes`."""
    from matplotlib.figure import Figure

    if not protocol:
        raise Ai4erError(f"plot {title!r} has no protocol: name the one its numbers were got by")
    figure = Figure(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)  # type: ignore[call-arg, union-attr]
    figure.suptitle(title, fontsize=12, fontweight="bold", color=_INK)
    axes = figure.subplots(rows, columns, squeeze=False, height_ratios=heights).ravel()
    axes[0].set_title(f"{protocol} {mark}".strip(), fontsize=9, loc="left", color=_ORANGE if mark else _SOFT)
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
        one.tick_params(colors=_INK, labelsize=9)
    return figure, axes[0]


def save_figure(figure: Figure, path: Path | str) -> Path:
    """Write the figure as a PNG file, whole or not at all."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    path = Path(path)
    part = path.with_suffix(".part")
    FigureCanvasAgg(figure)
    figure.savefig(part, format="png")
    part.replace(path)
    return path
