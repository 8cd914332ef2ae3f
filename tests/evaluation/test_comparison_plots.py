"""Plots over protocols and conditions: PNG files that show every name, and never lose the protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.comparison_plots import Bounded, plot_intervals, plot_lines

PNG = b"\x89PNG\r\n\x1a\n"
ABOUT = {"title": "one system", "protocol": "loso", "mark": ""}


def test_intervals_and_lines_are_drawn(tmp_path: Path) -> None:
    values = {"svm": {"loso": Bounded(0.5, 0.4, 0.6), "random": Bounded(0.8)}, "mlp": {"loso": Bounded(0.6, 0.5, 0.7)}}
    made = [
        plot_intervals(values, tmp_path / "a.png", metric="UA", chance=0.25, **ABOUT),
        plot_lines(["clean", "20dB"], {"svm": [0.5, 0.4]}, tmp_path / "b.png", x_title="noise", y_title="UA", **ABOUT),
        plot_lines(range(1, 40), {"svm": [0.1] * 39}, tmp_path / "c.png", x_title="epoch", y_title="UA", **ABOUT),
    ]
    assert all(path.read_bytes().startswith(PNG) for path in made)


def test_nothing_and_no_protocol_are_errors(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no results to draw"):
        plot_intervals({}, tmp_path / "a.png", metric="UA", **ABOUT)
    with pytest.raises(Ai4erError, match="has no protocol"):
        plot_lines([1], {"a": [1]}, tmp_path / "a.png", x_title="", y_title="", title="t", protocol="")
