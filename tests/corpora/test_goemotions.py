from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

NAMES = label_space("goemotions28").names
ANGER, JOY, NEUTRAL = (NAMES.index(name) for name in ("anger", "joy", "neutral"))


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("data/emotions.txt", "\n".join(NAMES))
    write_text("data/train.tsv", f'So "good\t{JOY}\tc1\nHm.\t{NEUTRAL}\tc2\nGr!\t{JOY},{ANGER}\tc3\n')
    write_text("data/dev.tsv.gz", f"Well.\t{ANGER},{NEUTRAL}\tc4\n")
    write_text("data/test.tsv", f"No!\t{ANGER}\tc5\n")
    return tmp_path


def test_all_labels_and_the_single_one(folder: Path) -> None:
    records = open_corpus("goemotions", folder).read()
    assert {record.id: (record.labels, record.label) for record in records} == {
        "c1": (("joy",), "joy"),
        "c2": (("neutral",), None),
        "c3": (("joy", "anger"), None),
        "c4": (("anger", "neutral"), None),
        "c5": (("anger",), "anger"),
    }
    assert [record.split for record in records] == ["train", "train", "train", "dev", "test"]
    assert records[0].text == 'So "good'


def test_both_label_spaces_give_targets(folder: Path) -> None:
    records = open_corpus("goemotions", folder).read()
    multi = [label_space("goemotions28").target(record) for record in records]
    single = [label_space("goemotions27").target(record) for record in records]
    assert [target.sum() for target in multi if target is not None] == [1, 1, 2, 2, 1]
    assert [None if target is None else int(target) for target in single] == [JOY, None, None, None, ANGER]


def test_label_numbers_follow_the_file_of_names(folder: Path, write_text) -> None:
    write_text("data/emotions.txt", "\n".join(reversed(NAMES)))
    records = open_corpus("goemotions", folder).read()
    assert records[0].labels == (tuple(reversed(NAMES))[JOY],)


def test_the_other_name_of_the_file_of_names(folder: Path) -> None:
    (folder / "data/emotions.txt").rename(folder / "data/labels.txt")
    assert len(open_corpus("goemotions", folder).read()) == 5


@pytest.mark.parametrize("lost", ["dev.tsv.gz", "emotions.txt"])
def test_a_missing_file_is_one_clear_line(folder: Path, lost: str) -> None:
    (folder / "data" / lost).unlink()
    with pytest.raises(Ai4erError, match=f"no file {lost.removesuffix('.gz')}"):
        open_corpus("goemotions", folder).read()


def test_a_line_that_breaks_off_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("data/test.tsv", f"No!\t{ANGER}\tc5\nYes")
    with pytest.raises(Ai4erError, match=r"test\.tsv: line 2 has 1 fields where 3 are expected"):
        open_corpus("goemotions", folder).read()


def test_a_number_without_a_name_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("data/test.tsv", "No!\t28\tc5\n")
    with pytest.raises(Ai4erError, match="no label has the number '28'; they go to 27"):
        open_corpus("goemotions", folder).read()


def test_real_copy_equals_what_is_published(real) -> None:
    corpus = real("goemotions")
    report = corpus.check()
    assert report.problems == []
    records = corpus.read()
    assert Counter(record.split for record in records) == {"train": 43410, "dev": 5426, "test": 5427}
    texts = {split: {r.text for r in records if r.split == split} for split in ("train", "dev", "test")}
    shared = (texts["train"] & texts["dev"]) | (texts["train"] & texts["test"]) | (texts["dev"] & texts["test"])
    assert len(shared) == 71
