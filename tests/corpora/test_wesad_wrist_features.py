"""WESAD wrist features: every row is a window of a person, with the owners' numbers unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import Corpus, open_corpus
from ai4er.errors import Ai4erError

_NAMES = [f"f{i}" for i in range(46)]


def _table(*rows: tuple[int, int]) -> str:
    lines = [",".join(["", *_NAMES, "subject", "label"])]
    for number, (subject, label) in enumerate(rows):
        lines.append(",".join(map(str, [number, *(number + i / 4 for i in range(46)), subject, label])))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["may14_feats4.csv", "may14_feats4.csv.gz"])
def test_a_row_is_a_window_of_a_person(name: str, tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text(name, _table((2, 1), (2, 2), (17, 0)))
    write_text("readmes.csv", ",age,gender\nS2,27,male\n")
    records = open_corpus("wesad_wrist_features", tmp_path).read()
    assert [(r.speaker, r.label) for r in records] == [("S2", "baseline"), ("S2", "stress"), ("S17", "amusement")]
    assert np.array_equal(records[2].arrays["physiology"], 2 + np.arange(46, dtype=np.float32) / 4)
    assert records[0].attributes == {"age": "27", "gender": "male"}
    assert records[2].attributes == {}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (_table((2, 3)), "row 1 has the label 3; 0, 1 and 2 are known"),
        (_table((2, 1)).replace("f45,", "").replace("11.25,", ""), "45 features where 46 are expected"),
        (_table((2, 1)).replace("11.25", "eleven"), "row 1: could not convert string to float: 'eleven'"),
        ("a,b\n1,2\n", "no column subject, label"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    table: str, message: str, tmp_path: Path, write_text: Callable[..., Path]
) -> None:
    write_text("may14_feats4.csv", table)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("wesad_wrist_features", tmp_path).read()


def test_the_real_table_is_what_the_owners_publish(real: Callable[[str], Corpus]) -> None:
    corpus = real("wesad_wrist_features")
    report = corpus.check()
    assert report.problems == []
    assert report.items == 1178
    assert all(r.attributes["gender"] in ("male", "female") for r in corpus.read())
