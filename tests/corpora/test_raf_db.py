"""RAF-DB: classes by number, splits by file name, and the person's attributes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png

_LIST = "train_00001.jpg 5\ntrain_00002.jpg 1\ntest_0001.jpg 7\n"
_POINTS = "10\t20\n30\t20\n20\t30\n12\t40\n28\t40\n"


@pytest.fixture
def folder(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    write_text("basic/EmoLabel/list_patition_label.txt", _LIST)
    for name in ("train_00001", "test_0001"):
        write_text(f"basic/Image/aligned/{name}_aligned.jpg", png(name))
    write_text("basic/Annotation/manual/train_00001_manu_attri.txt", _POINTS + "1\n2\n3\n")
    write_text("compound/EmoLabel/list_patition_label.txt", "train_0001.jpg 11\n")
    write_text("compound/Image/original/train_0001.jpg", png("compound"))
    return tmp_path


def test_the_list_gives_class_and_split(folder: Path) -> None:
    records = open_corpus("raf_db", folder).read()
    assert [(r.id, r.split, r.label) for r in records] == [
        ("train_00001", "train", "sadness"),
        ("test_0001", "test", "neutral"),
    ]
    assert records[0].image == str(folder / "basic/Image/aligned/train_00001_aligned.jpg")
    assert records[0].attributes == {"gender": "female", "race": "Asian", "age": "40-69"}
    assert records[1].attributes == {}


def test_images_that_are_not_there_are_reported(folder: Path) -> None:
    report = open_corpus("raf_db", folder).check()
    assert "images of the tables that are not there (1): train_00002" in report.problems
    assert "train: class sadness: 1 items, published 1982" in report.problems


def test_the_compound_part_has_its_own_classes(folder: Path) -> None:
    corpus = open_corpus("raf_db:part=compound,images=original", folder)
    (record,) = corpus.read()
    assert record.label == "disgustedly_surprised"
    assert corpus.space.size == 11
    assert open_corpus("raf_db:part=compound,images=original", folder / "compound").read()[0].label == record.label


def test_a_file_that_is_no_image_is_a_problem(folder: Path, write_text: Callable[..., Path]) -> None:
    write_text("basic/Image/aligned/test_0001_aligned.jpg", "no image")
    assert any("test_0001_aligned.jpg: not an image" in line for line in open_corpus("raf_db", folder).check().problems)


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"has no compound/EmoLabel/list_patition_label.txt"):
        open_corpus("raf_db:part=compound", folder / "basic").read()
    write_text("basic/Annotation/manual/train_00001_manu_attri.txt", _POINTS + "1\n7\n3\n")
    with pytest.raises(Ai4erError, match=r"gender, race and age are 1 7 3, which are no codes"):
        open_corpus("raf_db", folder).read()
    write_text("basic/Annotation/manual/train_00001_manu_attri.txt", _POINTS + "1\n2\n3\n")
    write_text("basic/EmoLabel/list_patition_label.txt", _LIST.replace(" 7", " 8"))
    with pytest.raises(Ai4erError, match=r"line 3 is 'test_0001.jpg 8'; .* a class from 1 to 7"):
        open_corpus("raf_db", folder).read()
    write_text("basic/EmoLabel/list_patition_label.txt", "train_09999.jpg 1\n")
    with pytest.raises(Ai4erError, match=r"none of the images that the tables name"):
        open_corpus("raf_db", folder).read()
