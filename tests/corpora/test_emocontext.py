from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

HEADER = "id\tturn1\tturn2\tturn3\tlabel\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("train.txt", HEADER + '0\tHi\tHow are you\tnot "well\tsad\n')
    write_text("dev.txt.gz", HEADER + "0\tHi\tHo\tHa\tothers\n")
    write_text("test.txt", HEADER.replace("\tlabel", "") + "0\tHi\tHo\tHa\n")
    return tmp_path


def test_a_chat_is_a_dialogue_whose_last_turn_has_the_label(folder: Path) -> None:
    records = open_corpus("emocontext", folder).read()
    assert [(r.id, r.text, r.label) for r in records][:3] == [
        ("train/0/0", "Hi", None), ("train/0/1", "How are you", None), ("train/0/2", 'not "well', "sad"),
    ]  # fmt: skip
    assert [record.speaker for record in records][:3] == ["train/0/A", "train/0/B", "train/0/A"]
    assert [record.label for record in records[2::3]] == ["sad", "others", None]


def test_published_counts_are_those_of_the_parts() -> None:
    from ai4er.corpora.emocontext import Reader

    assert {split: sum(counts.values()) for split, counts in Reader.published_splits.items()} == {
        "train": 30160, "dev": 2755, "test": 5509,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (HEADER + "0\tHi\tHo\tHa\tsadd\n", "did you mean 'sad'"),
        (HEADER + "0\tHi\tHo\n", "line 2 has 3 fields where 5 are expected"),
        (HEADER.replace("label", "x") + "0\tHi\tHo\tHa\tsad\n", "no column label"),
    ],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, table: str, message: str) -> None:
    write_text("train.txt", table)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("emocontext", folder).read()


def test_a_missing_part_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file train\.txt"):
        open_corpus("emocontext", tmp_path).read()
