"""AMIGOS: videos that were seen and rated, and those of their signals that are numbers throughout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError


def _cells(values: list[object]) -> np.ndarray:
    cells = np.empty((1, len(values)), object)
    cells[0] = values
    return cells


def _save(root: Path, columns: int = 17) -> Path:
    """Video 3 was not rated, video 4 not seen, the EEG of video 2 is not whole; video 17 is a long one."""
    signals: list[object] = [np.arange(columns) + 100.0 * v + np.zeros((128, 1)) for v in range(20)]
    ratings: list[object] = [np.array([[4.0, 6.0, 5.0, 7.0, 3.0, 0, 0, 1, 0, 1, 0, 0]])] * 20
    external: list[object] = [np.array([[1, -0.25, 0.5], [2, 0.75, 0.0]])] * 20
    signals[1][5, 3] = np.nan  # type: ignore[index]
    signals[3], ratings[2] = np.zeros((0, 0)), np.zeros((0, 0))
    folder = root / "Data_Preprocessed_P01"
    folder.mkdir(exist_ok=True)
    scipy.io.savemat(
        folder / "Data_Preprocessed_P01.mat",
        {
            "VideoIDs": _cells([f"v{i}" for i in range(20)]),
            "joined_data": _cells(signals),
            "labels_selfassessment": _cells(ratings),
            "labels_ext_annotation": _cells(external),
        },
    )
    return root


def test_short_videos_that_were_seen_and_rated(tmp_path: Path) -> None:
    records = open_corpus("amigos", _save(tmp_path)).read()
    assert [int(r.id[-2:]) for r in records] == [1, 2, *range(5, 17)]
    first, second = records[:2]
    assert (first.id, first.speaker, first.label) == ("P01_01", "P01", "high")
    assert first.dimensions == {"arousal": 4, "valence": 6, "dominance": 5, "liking": 7, "familiarity": 3}
    assert first.attributes["felt"] == "happiness anger"
    assert (first.attributes["external_valence"], first.attributes["video"]) == ("0.2500", "v0")
    assert {name: array.shape for name, array in first.arrays.items()} == {
        "eeg": (128, 14), "ecg": (128, 2), "gsr": (128, 1),
    }  # fmt: skip
    assert first.arrays["ecg"][0].tolist() == [14, 15]
    assert list(second.arrays) == ["ecg", "gsr"]


def test_settings(tmp_path: Path) -> None:
    _save(tmp_path)
    assert [int(r.id[-2:]) for r in open_corpus("amigos:videos=long", tmp_path).read()] == [17, 18, 19, 20]
    assert len(open_corpus("amigos:videos=all", tmp_path).read()) == 18
    assert {r.label for r in open_corpus("amigos:target=arousal", tmp_path).read()} == {"low"}
    assert {r.label for r in open_corpus("amigos:target=arousal,threshold=3.5", tmp_path).read()} == {"high"}


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like Data_Preprocessed_P01.mat"):
        open_corpus("amigos", tmp_path).read()
    with pytest.raises(Ai4erError, match=r"a cell of the shape \(128, 16\); \(samples, 17\) is expected"):
        open_corpus("amigos", _save(tmp_path, columns=16)).read()
