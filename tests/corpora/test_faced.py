"""FACED: converted signals, ratings by clip, and a refusal of the owners' pickles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from ai4er.corpora import open_corpus
from ai4er.corpora.faced import CLIPS
from ai4er.errors import Ai4erError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Processed_data").mkdir()
    values = (100 * np.arange(28)[:, None, None] + np.arange(32)[None, :, None]).astype(np.int16)
    np.savez(tmp_path / "Processed_data/sub007.npz", eeg=np.repeat(values, 7500, axis=2))
    return tmp_path


def test_clips_in_their_order(folder: Path) -> None:
    records = open_corpus("faced", folder).read()
    assert len(CLIPS) == len(records) == 28
    assert [records[i].label for i in (0, 3, 12, 15, 16, 27)] == [
        "anger", "disgust", "neutral", "neutral", "amusement", "tenderness",
    ]  # fmt: skip
    assert records[4].arrays["eeg"].shape == (7500, 32)
    assert np.array_equal(records[4].arrays["eeg"][9], 400 + np.arange(32))
    assert (records[4].speaker, records[4].dimensions) == ("sub007", {})


def test_ratings_belong_to_the_clip_that_they_name(folder: Path) -> None:
    remarks = np.zeros((1, 2), [("score", object), ("trial", object), ("vid", object)])
    for i, vid in enumerate((28, 1)):
        remarks[0, i] = (np.arange(12.0) / 2 + i, i + 1, vid)
    (folder / "Data/sub007").mkdir(parents=True)
    scipy.io.savemat(folder / "Data/sub007/After_remarks.mat", {"After_remark": remarks})
    records = open_corpus("faced", folder).read()
    assert (records[27].dimensions["joy"], records[27].dimensions["valence"]) == (0.0, 4.5)
    assert records[0].dimensions["liking"] == 6.5
    assert records[1].dimensions == {}


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text) -> None:
    write_text("Processed_data/sub000.pkl", b"\x80\x03}.")
    with pytest.raises(
        Ai4erError, match=r"sub000.pkl is a pickle that is not read: .* convert it once: python -c \"import pickle"
    ):
        open_corpus("faced", tmp_path).read()
    np.savez(tmp_path / "Processed_data/sub000.npz", eeg=np.zeros((2, 3)))
    with pytest.raises(Ai4erError, match=r"eeg has the shape \(2, 3\); \(28, 32, 7500\) is expected"):
        open_corpus("faced", tmp_path).read()[0].arrays["eeg"]
    np.savez(tmp_path / "Processed_data/sub001.npz", eeg=np.array([{}], object))
    with pytest.raises(Ai4erError, match=r"sub001.npz: no plain array eeg"):
        open_corpus("faced", tmp_path).read()[28].arrays["eeg"]
