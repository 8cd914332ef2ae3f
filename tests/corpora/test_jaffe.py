"""JAFFE: file names give person and pose, the readme the mean ratings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png

_README = """The semantic ratings:
 #   HAP  SAD  SUR  ANG  DIS  FEA  PIC
 1   2.87 2.52 2.10 1.97 1.97 2.06 KM-NE1
 39, 1.26,2.35,1.81,3.81,3.68,1.90,KA-AN1
"""


def test_names_and_ratings(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    for name in ("KA.AN1.39", "KM.NE1.1", "YM.SU3.60"):
        write_text(f"jaffe/{name}.tiff", png(name))
    write_text("jaffe/README", _README)
    records = open_corpus("jaffe", tmp_path).read()
    assert [(r.id, r.speaker, r.label) for r in records] == [
        ("KA.AN1.39", "KA", "anger"),
        ("KM.NE1.1", "KM", "neutral"),
        ("YM.SU3.60", "YM", "surprise"),
    ]
    assert records[0].dimensions["anger"] == 3.81
    assert records[1].dimensions == {
        "happiness": 2.87, "sadness": 2.52, "surprise": 2.1, "anger": 1.97, "disgust": 1.97, "fear": 2.06,
    }  # fmt: skip
    assert records[2].dimensions == {}
    assert records[0].image == str(tmp_path / "jaffe/KA.AN1.39.tiff")
    assert records[0].audio is None


def test_other_files_are_reported_and_an_empty_folder_is_an_error(tmp_path: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"is named like KA.AN1.39"):
        open_corpus("jaffe", tmp_path).read()
    write_text("KA.AN1.39.tiff", png("a"))
    write_text("KA.XX1.39.tiff", png("b"))
    report = open_corpus("jaffe", tmp_path).check()
    assert "files not named like KA.AN1.39 (1): KA.XX1.39.tiff" in report.problems
    assert "class anger: 1 items, published 30" in report.problems
