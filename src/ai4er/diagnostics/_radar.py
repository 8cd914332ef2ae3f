"""The profile of a few systems as a radar plot (PNG)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ai4er.diagnostics._profile import Examination, Profile
from ai4er.errors import Ai4erError

_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#aa3377")
"""The bright scheme of Paul Tol, which colour-blind readers can tell apart."""
_INK, _SOFT = "#22272e", "#8a929c"


def plot_radar(profiles: Sequence[Profile], examination: Examination, path: Path) -> Path:
    """The share of the range on every diagnostic that some system took, limited to 0 to 1; returns the path.

    A system has no point where it cannot take a diagnostic. Raises `Ai4erError` for more than five systems, for fewer
    than three diagnostics, and for a path that cannot be written.
    """
    names = [name for name in examination.diagnostics if any(name in one.measured for one in profiles)]
    if len(profiles) > len(_COLOURS):
        raise Ai4erError(f"--plot draws at most {len(_COLOURS)} systems, not {len(profiles)}")
    if len(names) < 3:
        raise Ai4erError(f"--plot needs three diagnostics or more, and {len(names)} could be taken")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 7.6), dpi=150, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(projection="polar")
    axes.set_theta_zero_location("N")  # type: ignore[attr-defined]
    axes.set_theta_direction(-1)  # type: ignore[attr-defined]
    angles = 2 * np.pi * np.arange(len(names)) / len(names)
    for colour, one in zip(_COLOURS, profiles):
        shares = [np.clip(one.shares(name).mean(), 0, 1) if name in one.measured else np.nan for name in names]
        around = np.append(np.arange(len(names)), 0)
        axes.plot(angles[around], np.array(shares)[around], color=colour, lw=1.8, marker="o", ms=4, label=one.system)
        if not np.isnan(shares).any():
            axes.fill(angles, shares, color=colour, alpha=0.12)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.25, 0.5, 0.75, 1.0], ["", "0.5", "", "1"], color=_SOFT, fontsize=8)
    axes.set_xticks(angles, [name.replace("_", " ") for name in names], color=_INK, fontsize=8)
    for angle, label in zip(angles, axes.get_xticklabels()):
        if abs(np.sin(angle)) > 0.1:
            label.set_horizontalalignment("left" if np.sin(angle) > 0 else "right")
    axes.grid(color="#d9dde2", lw=0.8)
    axes.spines["polar"].set_color(_SOFT)
    figure.suptitle("What is made of the range between blind and oracle", fontsize=12, fontweight="bold", color=_INK)
    seeds = ", ".join(map(str, examination.seeds))
    note = f"generated corpora, official split, difficulty {examination.difficulty:g}, seeds {seeds}"
    figure.text(0.01, 0.005, note, fontsize=8, color=_SOFT)
    figure.legend(*axes.get_legend_handles_labels(), loc="lower right", frameon=False, fontsize=9)
    try:
        part = path.with_suffix(".part")
        figure.savefig(part, format="png")
        part.replace(path)
    except OSError as error:
        raise Ai4erError(f"--plot {path}: {error.strerror}") from None
    return path
