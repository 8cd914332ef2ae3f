"""CASE: signals and the joystick's annotation are cut by the video's number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

_SIGNALS = "daqtime,ecg,bvp,gsr,rsp,skt,emg_zygo,emg_coru,emg_trap,video\n" + "".join(
    f"{i},{i / 1000},1,2,3,4,5,6,{video},{video}\n" for i, video in enumerate([10, 10, 7, 7, 7, 11, 2, 2])
)
_ANNOTATIONS = "jstime,valence,arousal,video\n0,5,5,10\n50,2,9,7\n100,3,8,7\n150,5,5,11\n200,8,6,2\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    for person in (1, 12):
        write_text(f"CASE_full/data/interpolated/physiological/sub_{person}.csv", _SIGNALS)
        write_text(f"CASE_full/data/interpolated/annotations/sub_{person}.csv", _ANNOTATIONS)
    write_text("CASE_full/data/non-interpolated/annotations/sub_2.csv", _ANNOTATIONS)
    return tmp_path


def test_a_video_of_a_person_is_a_record(folder: Path) -> None:
    records = open_corpus("case", folder).read()
    assert [(r.id, r.label) for r in records] == [
        ("1_2", "amusing"), ("1_7", "scary"), ("12_2", "amusing"), ("12_7", "scary"),
    ]  # fmt: skip
    scary = records[1]
    assert scary.dimensions == {"valence": 2.5, "arousal": 8.5}
    assert scary.arrays["annotation"].tolist() == [[2, 9], [3, 8]]
    assert np.allclose(scary.arrays["ecg"], [0.002, 0.003, 0.004])
    assert scary.arrays["physiology"].shape == (3, 8)
    assert scary.arrays["physiology"][0, 1:].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_what_is_wrong_is_said_in_one_line(folder: Path, tmp_path: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"lacks interpolated/annotations/sub_1.csv"):
        open_corpus("case", folder / "CASE_full/data/non-interpolated").read()
    (folder / "CASE_full/data/interpolated/physiological/sub_12.csv").unlink()
    corpus = open_corpus("case", folder)
    assert len(corpus.read()) == 2
    assert corpus.left_out() == ["persons with only one of annotations and signals (1): 12"]
    write_text("CASE_full/data/interpolated/annotations/sub_1.csv", _ANNOTATIONS.replace("9,7", "high,7"))
    with pytest.raises(Ai4erError, match=r"annotations/sub_1.csv: not a whole table of numbers"):
        corpus.read()
