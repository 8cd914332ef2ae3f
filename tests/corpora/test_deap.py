"""DEAP: electrodes, body signals and the time before the excerpt; ratings cut at a threshold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One person; the value of a sample is 100 trial + channel, and negative before the excerpt."""
    root = tmp_path_factory.mktemp("deap")
    (root / "data_preprocessed_matlab").mkdir()
    values = (100 * np.arange(40)[:, None, None] + np.arange(40)[None, :, None]).astype(np.int16)
    data = np.repeat(values, 8064, axis=2)
    data[:, :, : 3 * 128] = -1
    labels = np.tile([5.0, 5.01, 9.0, 1.0], (40, 1))
    scipy.io.savemat(root / "data_preprocessed_matlab/s01.mat", {"data": data, "labels": labels})
    return root


def test_trials_are_cut_into_electrodes_body_and_baseline(folder: Path) -> None:
    record = open_corpus("deap", folder).read()[2]
    assert (record.id, record.speaker, record.attributes["clip"]) == ("s01_03", "s01", "3")
    assert {name: array.shape for name, array in record.arrays.items()} == {
        "eeg": (7680, 32), "baseline": (384, 32), "physiology": (7680, 8),
    }  # fmt: skip
    assert np.array_equal(record.arrays["eeg"][0], 200 + np.arange(32))
    assert np.array_equal(record.arrays["physiology"][-1], 232 + np.arange(8))
    assert (record.arrays["baseline"] == -1).all()
    channels = record.attributes["channels"].split()
    assert (len(channels), channels[0], channels[31]) == (32, "FP1", "O2")
    assert record.attributes["physiology_channels"].split()[4] == "gsr"


@pytest.mark.parametrize(
    ("spec", "label"),
    [
        ("deap", "low"),
        ("deap:target=arousal", "high"),
        ("deap:target=arousal,threshold=5.5", "low"),
        ("deap:margin=1", None),
        ("deap:target=dominance,margin=1", "high"),
    ],
)
def test_the_threshold_itself_is_low(folder: Path, spec: str, label: str | None) -> None:
    assert {r.label for r in open_corpus(spec, folder).read()} == {label}


def test_every_label_space_gives_a_target(folder: Path) -> None:
    corpus = open_corpus("deap", folder)
    record = corpus.read()[0]
    assert record.dimensions == {"valence": 5.0, "arousal": 5.01, "dominance": 9.0, "liking": 1.0}
    assert all(label_space(name).target(record) is not None for name in corpus.spaces)


def test_the_python_release_is_refused(tmp_path: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"is named like data_preprocessed_matlab/s01.mat$"):
        open_corpus("deap", tmp_path).read()
    write_text("data_preprocessed_python/s01.dat", b"\x80\x03}.")
    with pytest.raises(Ai4erError, match=r"s01.dat is the Python release, a pickle .* take data_preprocessed_matlab"):
        open_corpus("deap", tmp_path).read()


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "s01.mat", {"data": np.zeros((2, 2)), "labels": np.ones((40, 4))})
    with pytest.raises(Ai4erError, match=r"data has the shape \(2, 2\); \(40, 40, 8064\) is expected"):
        open_corpus("deap", tmp_path).read()[0].arrays["eeg"]
    scipy.io.savemat(tmp_path / "s02.mat", {"data": np.zeros((2, 2)), "labels": np.ones((2, 4))})
    with pytest.raises(Ai4erError, match=r"labels have the shape \(2, 4\)"):
        open_corpus("deap", tmp_path).read()
