"""SWELL-KW: every minute of a condition, without the rows that miss a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

_NAME = "3 - Feature dataset/per sensor/D - Physiology features (HR_HRV_SCL - final).csv"
_TABLE = (
    "PP,C,Condition,timestamp,HR,RMSSD,SCL\n"
    "PP1,1,R,20120918T131600000,63.4,0.055,80.2\n"
    "PP1,1,N,20120918T132100000,999,0.056,77.4\n"
    "PP1,2,T,20120918T141600000,66.8,0.033,77.3\n"
    "PP25,3,I,20120925T151600000,81.0,0.025,120.5\n"
)


def test_minutes_of_each_condition(tmp_path: Path, write_text) -> None:
    write_text(_NAME, _TABLE)
    corpus = open_corpus("swell", tmp_path)
    records = corpus.read()
    assert [(r.id, r.speaker, r.label) for r in records] == [
        ("00001", "PP1", None), ("00003", "PP1", "time_pressure"), ("00004", "PP25", "interruption"),
    ]  # fmt: skip
    assert records[2].arrays["physiology"].tolist() == pytest.approx([81.0, 0.025, 120.5])
    assert records[1].dialogue == "PP1_T"
    assert corpus.left_out() == ["rows with a missing value (1)"]


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"no file D - Physiology features"):
        open_corpus("swell", tmp_path).read()
    write_text(_NAME, _TABLE.replace(",T,", ",X,"))
    with pytest.raises(Ai4erError, match=r"row 3 has the condition 'X'; N, I, T and R are known"):
        open_corpus("swell", tmp_path).read()
    write_text(_NAME, _TABLE.replace("66.8", "fast"))
    with pytest.raises(Ai4erError, match=r"row 3: could not convert string to float: 'fast'"):
        open_corpus("swell", tmp_path).read()
    write_text(_NAME, _TABLE.replace("RMSSD", "HRV"))
    with pytest.raises(Ai4erError, match=r"no column RMSSD"):
        open_corpus("swell", tmp_path).read()
