"""The plot of two metrics against each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.intervals import Interval
from ai4er.evaluation.trade_off import TradeOff, plot_trade_off


def test_it_is_drawn_and_names_its_protocol(tmp_path: Path) -> None:
    def bounded(value: float) -> Interval:
        return Interval("ua", value, value - 0.05, value + 0.05, "speakers", 10)

    series = {"noise": [TradeOff("weak", bounded(0.8), bounded(0.7)), TradeOff("strong", bounded(0.5), bounded(0.4))]}
    path = plot_trade_off(series, tmp_path / "plot.png", "title", "attack", "emotion", "loso", "", 0.5, 0.25)
    assert path.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(Ai4erError, match="has no protocol"):
        plot_trade_off(series, path, "title", "attack", "emotion", "")


def test_nothing_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no results"):
        plot_trade_off({"noise": []}, tmp_path / "plot.png", "title", "attack", "emotion", "loso")
