from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora.test_hazumi1911 import TABLE, transcript


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    table = TABLE.replace("word#0001", "word#001").replace("EDA_mean", "duration_a").replace("HR_std", "duration_b")
    write_text("dumpfiles/1902F2001.csv", table)
    write_text("dumpfiles/1902M7002.csv.gz", table)
    write_text("elan/1902F2001.eaf", transcript([(1000, 3001, "(F え)はい")], [(1000, 3000, "こんにちは")]))
    return tmp_path


def test_exchanges_are_read_as_those_of_hazumi1911_but_without_body_signals(folder: Path) -> None:
    records = open_corpus("hazumi1902", folder).read()
    assert [record.id for record in records[:4]] == [
        "1902F2001_000", "1902F2001_001", "1902F2001_002", "1902M7002_000",
    ]  # fmt: skip
    assert {name: array.shape for name, array in records[0].arrays.items()} == {
        "speech": (3,), "words": (5,), "face": (2,), "motion": (2,),
    }  # fmt: skip
    assert [record.label for record in records[:3]] == ["high", "neutral", "low"]
    assert (records[0].text, records[3].text) == ("えはい", None)
    assert records[3].attributes["gender"] == "male"


def test_target_self_has_published_counts(folder: Path) -> None:
    corpus = open_corpus("hazumi1902:target=self", folder)
    assert [record.label for record in corpus.read()[:3]] == ["low", "neutral", "high"]
    assert sum(corpus.expected()[""].values()) == 2337


def test_check_names_tables_of_the_other_release_and_sessions_without_transcript(folder: Path, write_text) -> None:
    write_text("dumpfiles/1911F2001.csv", TABLE)
    assert open_corpus("hazumi1902", folder).left_out() == [
        "files not named like 1902F2001.csv (1): 1911F2001.csv",
        "sessions without elan/ID.eaf, so without text (1): 1902M7002",
    ]


def test_what_is_wrong_is_one_clear_line(folder: Path, write_text, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(Ai4erError, match=r"is named like features/1902F2001\.csv"):
        open_corpus("hazumi1902", tmp_path_factory.mktemp("empty")).read()
    write_text("dumpfiles/1902F2001.csv", TABLE.replace("TS3", "T3"))
    with pytest.raises(Ai4erError, match=r"1902F2001\.csv: no column TS3; .* feature table of Hazumi1902"):
        open_corpus("hazumi1902", folder).read()
