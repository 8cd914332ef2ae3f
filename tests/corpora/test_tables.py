from __future__ import annotations

import gzip

import pytest

from ai4er.corpora._tables import read_json, read_lines, read_rows, read_text, repaired
from ai4er.errors import Ai4erError


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_plain_and_gzipped_read_the_same(write_text, name: str) -> None:
    assert read_rows(write_text(name, '\ufeffa,b\r\n1,"two, three"\r\n'), ["a"]) == [{"a": "1", "b": "two, three"}]


def test_a_gzip_file_that_breaks_off_is_one_clear_line(write_text) -> None:
    whole = gzip.compress(bytes(range(256)) * 50)
    with pytest.raises(Ai4erError, match="damaged or breaks off"):
        read_text(write_text("a.csv", whole[: len(whole) // 2]))


def test_a_table_that_breaks_off_names_the_line(write_text) -> None:
    with pytest.raises(Ai4erError, match="line 3 has 1 fields where 2 are expected"):
        read_rows(write_text("a.csv", "a,b\n1,2\n3"), ["a", "b"])


def test_a_table_that_breaks_off_inside_a_quoted_field_is_noticed(write_text) -> None:
    with pytest.raises(Ai4erError, match="fields where 3 are expected"):
        read_rows(write_text("a.csv", 'a,b,c\n1,2,3\n1,"two, and'), ["a"])


def test_a_missing_column_is_named(write_text) -> None:
    with pytest.raises(Ai4erError, match=r"no column Emotion; the header must have Text, Emotion"):
        read_rows(write_text("a.csv", "Text,Label\nx,y\n"), ["Text", "Emotion"])


def test_an_empty_table_has_no_columns(write_text) -> None:
    with pytest.raises(Ai4erError, match="the file is empty; its header must have a"):
        read_rows(write_text("a.csv", ""), ["a"])


def test_quotes_mean_nothing_between_tabs(write_text) -> None:
    assert read_lines(write_text("a.tsv", 'say "no\t1\nyes"\t2\n'), fields=2) == [['say "no', "1"], ['yes"', "2"]]


def test_a_line_with_another_number_of_fields_is_named(write_text) -> None:
    with pytest.raises(Ai4erError, match="line 2 has 1 fields where 2 are expected"):
        read_lines(write_text("a.tsv", "x\t1\ny\n"), fields=2)


def test_json_that_breaks_off_is_one_clear_line(write_text) -> None:
    with pytest.raises(Ai4erError, match="not whole JSON"):
        read_json(write_text("a.json", '[{"text": "hel'))


def test_text_that_is_not_utf_8_is_read_as_windows_1252(write_text) -> None:
    assert read_text(write_text("a.txt", "It’s".encode("cp1252"))) == "It’s"


@pytest.mark.parametrize("mark", "‘’“”…–—é")
def test_punctuation_that_was_decoded_wrongly_is_repaired(mark: str) -> None:
    as_control_character = f"a{mark}b".encode("cp1252").decode("latin-1")
    as_utf_8_read_wrongly = "a" + mark.encode().decode("cp1252", "ignore") + "b"
    assert repaired(as_control_character) == repaired(as_utf_8_read_wrongly) == f"a{mark}b"


def test_sound_text_is_left_alone() -> None:
    assert repaired("naïve café – “yes” it’s") == "naïve café – “yes” it’s"
