"""DREAMER: one struct for everything; EEG or ECG, each at its own rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError


def _cells(shapes: list[tuple[int, int]]) -> np.ndarray:
    cells = np.empty((len(shapes), 1), object)
    for i, shape in enumerate(shapes):
        cells[i, 0] = np.full(shape, float(i))
    return cells


def _person(age: str, eeg: int = 14) -> dict[str, object]:
    return {
        "Age": age,
        "Gender": "Male",
        "EEG": {"baseline": _cells([(128, eeg)] * 2), "stimuli": _cells([(256, eeg), (384, eeg)])},
        "ECG": {"baseline": _cells([(256, 2)] * 2), "stimuli": _cells([(512, 2), (768, 2)])},
        "ScoreValence": [[4.0], [3.0]],
        "ScoreArousal": [[3.0], [5.0]],
        "ScoreDominance": [[2.0], [1.0]],
    }


def _save(root: Path, *persons: dict[str, object]) -> Path:
    data = np.empty((1, len(persons)), object)
    for i, person in enumerate(persons):
        data[0, i] = person
    scipy.io.savemat(root / "DREAMER.mat", {"DREAMER": {"Data": data, "noOfSubjects": len(persons)}})
    return root


def test_trials_of_both_signals(tmp_path: Path) -> None:
    _save(tmp_path, _person("22"), _person("31"))
    records = open_corpus("dreamer", tmp_path).read()
    assert [(r.id, r.speaker, r.label) for r in records] == [
        ("01_01", "01", "high"), ("01_02", "01", "low"), ("02_01", "02", "high"), ("02_02", "02", "low"),
    ]  # fmt: skip
    assert records[1].arrays["eeg"].shape == (384, 14)
    assert (records[1].arrays["eeg"] == 1).all()
    assert records[1].arrays["baseline"].shape == (128, 14)
    assert records[1].dimensions == {"valence": 3.0, "arousal": 5.0, "dominance": 1.0}
    assert (records[2].attributes["age"], records[2].attributes["gender"]) == ("31", "male")
    ecg = open_corpus("dreamer:signals=ecg,target=arousal", tmp_path).read()
    assert ecg[1].arrays["ecg"].shape == (768, 2)
    assert (ecg[1].attributes["sample_rate"], ecg[1].label) == ("256", "high")


def test_the_last_seconds_only(tmp_path: Path) -> None:
    _save(tmp_path, _person("22"), _person("31"))
    records = open_corpus("dreamer:last_seconds=1", tmp_path).read()
    assert {r.arrays["eeg"].shape for r in records} == {(128, 14)}
    with pytest.raises(Ai4erError, match=r"last_seconds=0.0 must be above 0"):
        open_corpus("dreamer:last_seconds=0", tmp_path)


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file DREAMER.mat"):
        open_corpus("dreamer", tmp_path).read()
    _save(tmp_path, _person("22"), _person("31", eeg=13))
    with pytest.raises(Ai4erError, match=r"eeg has the shape \(256, 13\); \(samples, 14\) is expected"):
        open_corpus("dreamer", tmp_path).read()
    scipy.io.savemat(tmp_path / "DREAMER.mat", {"DREAMER": {"noOfSubjects": 23}})
    with pytest.raises(Ai4erError, match=r"not the struct DREAMER with Data"):
        open_corpus("dreamer", tmp_path).read()
