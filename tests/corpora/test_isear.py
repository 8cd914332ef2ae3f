from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.isear import Reader
from ai4er.errors import Ai4erError

HEADER = "ID|CITY|COUN|SUBJ|SEX|AGE|EMOT|INTS|Field1|MYKEY|SIT|STATE|\n"
ROWS = (
    "11001|1|1|1|1|33|1|3|joy|0110011|Each time that we met and á especially when we had not met.|1|\n"
    '11001|1|1|1|1|33|7|1|guilt|0110017|"When I lied|or so.|1|\n'
    "11002|1|1|2|2|23|3|4|anger|0110023|[ No response.]|1|\n"
)


def test_an_answer_is_a_text_of_a_respondent(tmp_path: Path, write_text) -> None:
    write_text("isear.csv.gz", HEADER + ROWS)
    first, second, third = open_corpus("isear", tmp_path).read()
    assert (first.text, first.label, first.speaker) == (
        "Each time that we met and especially when we had not met.", "joy", "11001",
    )  # fmt: skip
    assert first.attributes == {
        "gender": "male", "id": "11001", "city": "1", "coun": "1", "subj": "1", "sex": "1", "age": "33", "emot": "1",
        "ints": "3", "field1": "joy", "mykey": "0110011", "state": "1",
    }  # fmt: skip
    assert (second.text, second.attributes["state"]) == ('"When I lied|or so.', "1")
    assert (third.text, third.attributes["gender"]) == ("[ No response.]", "female")


def test_a_text_may_go_on_in_the_next_line(tmp_path: Path, write_text) -> None:
    write_text("isear.csv", HEADER + ROWS.replace(" and á ", " and á\r\n"))
    assert open_corpus("isear", tmp_path).read()[0].text == "Each time that we met and especially when we had not met."


def test_the_table_with_commas_is_the_same(tmp_path: Path, write_text) -> None:
    write_text("isear.csv", 'ID,SEX,AGE,EMOT,Field1,SIT\n11001,1,33,1,joy,"Spring, á\nat last"\n')
    (record,) = open_corpus("isear", tmp_path).read()
    assert record.text == "Spring, at last"


def test_published_counts_are_those_of_the_whole_table() -> None:
    assert sum(Reader.published.values()) == 7666


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (HEADER.replace("SIT", "TEXT") + ROWS, r"no column SIT; the header must have ID, SEX"),
        (HEADER + ROWS + "11003|1|1\n", "row 4 has 3 fields where 13 are expected"),
        (HEADER + ROWS.replace("|guilt|", "|gilt|"), "did you mean 'guilt'"),
    ],
)
def test_a_damaged_table_is_one_clear_line(tmp_path: Path, write_text, table: str, message: str) -> None:
    write_text("isear.csv", table)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("isear", tmp_path).read()


def test_a_missing_table_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file isear\.csv or ISEAR\.csv"):
        open_corpus("isear", tmp_path).read()
