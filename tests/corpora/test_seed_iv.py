"""SEED-IV: the class of a clip comes from the owners' list for its session."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from ai4er.corpora import open_corpus
from ai4er.corpora.seed_iv import CODES, TRIALS
from ai4er.errors import Ai4erError


def _session(path: Path, channels: int = 62) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {f"cz_eeg{i}": np.full((channels, 250), i) for i in range(1, TRIALS + 1)})


def test_labels_by_session_and_clip(tmp_path: Path) -> None:
    for name in ("1/1_20160518", "3/15_20150508"):
        _session(tmp_path / f"SEED_IV/eeg_raw_data/{name}.mat")
    records = open_corpus("seed_iv", tmp_path).read()
    assert [r.label for r in records[:4]] == ["sad", "fear", "happy", "neutral"]
    assert [r.label for r in records[24:28]] == ["sad", "fear", "fear", "sad"]
    assert (records[24].id, records[24].speaker, records[24].session) == ("15_3_01", "15", "3")
    assert [r.split for r in records[:24]] == ["train"] * 16 + ["test"] * 8
    assert records[5].arrays["eeg"].shape == (250, 62)
    assert (records[5].arrays["eeg"] == 6).all()


def test_every_class_is_shown_equally_often() -> None:
    assert all(set(Counter(codes).values()) == {6} for codes in CODES.values())


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like eeg_raw_data/1/1_20160518.mat"):
        open_corpus("seed_iv", tmp_path).read()
    _session(tmp_path / "eeg_raw_data/2/1_20161125.mat", channels=61)
    record = open_corpus("seed_iv", tmp_path).read()[0]
    with pytest.raises(Ai4erError, match=r"cz_eeg1 has the shape \(61, 250\); \(62, samples\) is expected"):
        record.arrays["eeg"]
