"""SEED: sessions by date, labels by clip, and signals that are read when they are asked for."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.features.cache import extract_all
from ai4er.protocols.base import audit, parse_protocol

_CODES = [1, 0, -1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 0, 1, -1]


def _session(path: Path, level: float, trials: int = 15) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    base = np.arange(62, dtype=np.float32)[:, None] + np.zeros((1, 400), np.float32)
    scipy.io.savemat(path, {f"djc_eeg{i}": base + 100 * i + level for i in range(1, trials + 1)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, level in (("2_20140419", 0.25), ("1_20131107", 0.5), ("1_20131027", 0.0), ("10_20131130", 0.75)):
        _session(tmp_path / f"SEED/Preprocessed_EEG/{name}.mat", level)
    scipy.io.savemat(tmp_path / "SEED/Preprocessed_EEG/label.mat", {"label": [_CODES]})
    return tmp_path


def test_sessions_are_numbered_by_date(folder: Path) -> None:
    records = open_corpus("seed", folder).read()
    assert [r.id for r in records[::15]] == ["1_1_01", "1_2_01", "2_1_01", "10_1_01"]
    assert [r.attributes["date"] for r in records[::15]] == ["20131027", "20131107", "20140419", "20131130"]
    assert [r.label for r in records[:4]] == ["positive", "neutral", "negative", "negative"]
    assert [r.split for r in records[:15]] == ["train"] * 9 + ["test"] * 6


def test_signals_are_samples_by_electrodes_and_survive_a_change_of_process(folder: Path) -> None:
    record = pickle.loads(pickle.dumps(open_corpus("seed", folder).read()[17]))
    eeg = record.arrays["eeg"]
    assert (eeg.shape, eeg.dtype) == ((400, 62), np.float32)
    assert np.array_equal(eeg[7], np.arange(62) + 300.5)
    assert record.attributes["channels"].split()[:3] == ["FP1", "FPZ", "FP2"]
    assert {**record.arrays}["eeg"].shape == (400, 62)


def test_features_are_computed_from_them(folder: Path) -> None:
    records = open_corpus("seed", folder).read()[:3]
    features = extract_all(front_end("differential_entropy:window=1.0,bands=seed,smoothing=none"), records, None)
    assert all(item is not None and item.shape == (2, 62, 5) for item in features)


def test_the_official_split_is_within_persons(folder: Path) -> None:
    corpus = open_corpus("seed", folder)
    records = corpus.read()
    for protocol in map(parse_protocol, ("official", "leave_one_speaker_out")):
        for fold in protocol.folds(records, corpus.space, seed=0):
            audit(fold, records, protocol)


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"is named like Preprocessed_EEG/1_20131027.mat"):
        open_corpus("seed", (folder / "empty").mkdir() or folder / "empty").read()
    _session(folder / "SEED/Preprocessed_EEG/1_20131027.mat", 0, trials=14)
    with pytest.raises(Ai4erError, match=r"1_20131027.mat: 14 trials such as djc_eeg1, 15 are expected"):
        open_corpus("seed", folder).read()
    write_text("SEED/Preprocessed_EEG/1_20131027.mat", "no MATLAB file at all, but long enough to have a header" * 9)
    with pytest.raises(Ai4erError, match=r"1_20131027.mat: not a whole MATLAB file"):
        open_corpus("seed", folder).read()
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\x00\x02IM"
    write_text("SEED/Preprocessed_EEG/1_20131027.mat", header + b"\x89HDF\r\n\x1a\n" + bytes(200))
    with pytest.raises(Ai4erError, match=r"of version 7.3 \(HDF5\).* save it again with save\(name, '-v7'\)"):
        open_corpus("seed", folder).read()
    scipy.io.savemat(folder / "SEED/Preprocessed_EEG/label.mat", {"label": [[1, 2]]})
    with pytest.raises(Ai4erError, match=r"label.mat: 15 labels of -1, 0 and 1 are expected"):
        open_corpus("seed", folder).read()
    scipy.io.savemat(folder / "SEED/Preprocessed_EEG/label.mat", {"labels": [[1, 2]]})
    with pytest.raises(Ai4erError, match=r"label.mat: no variable label; it has labels"):
        open_corpus("seed", folder).read()
