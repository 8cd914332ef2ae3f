"""Plots are whole PNG files that show what they are named for, and always name the protocol."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation import plots
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LABEL_SPACES

SPACE = LABEL_SPACES["emodb7"]
ABOUT = {"title": "system on corpus", "protocol": "random_kfold", "mark": "†speaker-dependent"}


@pytest.fixture
def predictions() -> Predictions:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 7, 90)
    scores = generator.dirichlet(np.ones(7), 90) + np.eye(7)[targets]
    return Predictions(np.arange(90), targets, scores / 2, SPACE, speakers=[f"c/{i % 5}" for i in range(90)])


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list:
    """The figures that were saved."""
    figures: list = []
    save = plots.save_figure

    def remember(figure, path):  # type: ignore[no-untyped-def]
        figures.append(figure)
        return save(figure, path)

    monkeypatch.setattr(plots, "save_figure", remember)
    return figures


def texts(figure) -> str:  # type: ignore[no-untyped-def]
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_every_plot_is_a_png_that_shows_title_protocol_and_mark(
    predictions: Predictions, drawn: list, tmp_path: Path
) -> None:
    labels = [SPACE.names[i] for i in predictions.targets]
    many = np.random.default_rng(0).normal(size=(250, 8))
    history = {"train loss": [1.0, 0.5], "valid loss": [1.1, 0.7], "valid ua": [0.3, 0.5]}
    made = [
        plots.plot_confusion(predictions, tmp_path / "a.png", **ABOUT),
        plots.plot_reliability(predictions, tmp_path / "b.png", **ABOUT),
        plots.plot_embedding(predictions.scores, labels, tmp_path / "c.png", **ABOUT),
        plots.plot_embedding(many, ["x", "y"] * 125, tmp_path / "d.png", **ABOUT),
        plots.plot_training(history, tmp_path / "e.png", **ABOUT),
        plots.plot_by_speaker(predictions, tmp_path / "f.png", **ABOUT),
    ]
    assert all(path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for path in made)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".png"] * 6
    for figure in drawn:
        assert "random_kfold †speaker-dependent" in texts(figure) and "system on corpus" in texts(figure)
    assert "principal component" in texts(drawn[2]) and "t-SNE" in texts(drawn[3])
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_the_numbers_drawn_are_those_of_the_predictions(predictions: Predictions, drawn: list, tmp_path: Path) -> None:
    plots.plot_confusion(predictions, tmp_path / "a.png", **ABOUT)
    shares = drawn[0].axes[0].images[0].get_array()
    recalls = [(predictions.classes[predictions.targets == k] == k).mean() for k in range(7)]
    assert np.diag(shares).tolist() == pytest.approx(recalls)
    plots.plot_by_speaker(predictions, tmp_path / "b.png", **ABOUT)
    heights = sorted(bar.get_height() for bar in drawn[1].axes[0].patches)
    right = predictions.classes == predictions.targets
    assert heights == pytest.approx(sorted(right[predictions.groups == g].mean() for g in range(5)))


def test_a_plot_without_a_protocol_is_refused(predictions: Predictions, tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="has no protocol"):
        plots.plot_confusion(predictions, tmp_path / "a.png", title="x", protocol="")
    assert not list(tmp_path.iterdir())
    nobody = Predictions(predictions.ids, predictions.targets, predictions.scores, SPACE)
    with pytest.raises(Ai4erError, match="neither speakers nor dialogues"):
        plots.plot_by_speaker(nobody, tmp_path / "a.png", **ABOUT)
    with pytest.raises(Ai4erError, match="one label each"):
        plots.plot_embedding(np.zeros((4, 2)), ["a"], tmp_path / "a.png", **ABOUT)
