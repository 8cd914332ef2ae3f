from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

NAMES = label_space("semeval2018_ec11").names
HEADER = "\t".join(("ID", "Tweet", *NAMES)) + "\r\n"


def tweet(name: str, text: str, *emotions: str, mark: str | None = None) -> str:
    return "\t".join((name, text, *(mark or str(int(emotion in emotions)) for emotion in NAMES))) + "\r\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("English/E-c/2018-E-c-En-train.txt", HEADER + tweet("2017-En-1", 'A "day', "joy", "love"))
    write_text("English/E-c/2018-E-c-En-dev.txt.gz", HEADER + tweet("2018-En-2", "Hm"))
    write_text("English/E-c/2018-E-c-En-test.txt", HEADER + tweet("2018-En-3", "Oh", mark="NONE"))
    return tmp_path


def test_labels_of_a_tweet(folder: Path) -> None:
    records = open_corpus("semeval2018_ec", folder).read()
    assert {record.id: record.labels for record in records} == {
        "2017-En-1": ("joy", "love"),
        "2018-En-2": (),
        "2018-En-3": None,
    }
    assert [record.split for record in records] == ["train", "dev", "test"]
    assert records[0].text == 'A "day'


def test_the_test_file_with_labels_comes_first(folder: Path, write_text) -> None:
    write_text("English/E-c/2018-E-c-En-test-gold.txt", HEADER + tweet("2018-En-3", "Oh", "trust"))
    assert open_corpus("semeval2018_ec", folder).read()[2].labels == ("trust",)


def test_only_one_language_is_read(folder: Path, write_text) -> None:
    write_text("Arabic/E-c/2018-E-c-Ar-train.txt", HEADER + tweet("2018-Ar-1", "!", "anger"))
    assert {record.language for record in open_corpus("semeval2018_ec", folder).read()} == {"en"}
    (arabic,) = open_corpus("semeval2018_ec:language=ar", folder).read()
    assert (arabic.id, arabic.language, arabic.labels) == ("2018-Ar-1", "ar", ("anger",))


def test_a_language_that_is_not_there_names_one_that_is(folder: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no 2018-E-c-Es-train\.txt.*it holds semeval2018_ec:language=en"):
        open_corpus("semeval2018_ec:language=es", folder).read()


def test_check_says_which_part_has_no_labels(folder: Path) -> None:
    assert (
        "test: no labelled tweet; the organisers' part has 3259"
        in open_corpus("semeval2018_ec", folder).check().problems
    )


def test_a_mark_that_is_neither_0_nor_1_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("English/E-c/2018-E-c-En-train.txt", HEADER + tweet("2017-En-1", "x", mark="2"))
    with pytest.raises(Ai4erError, match="tweet 2017-En-1 has 2 where 0, 1 or NONE is expected"):
        open_corpus("semeval2018_ec", folder).read()


def test_a_table_that_breaks_off_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("English/E-c/2018-E-c-En-train.txt", (HEADER + tweet("2017-En-1", "x"))[:-9])
    with pytest.raises(Ai4erError, match="line 2 has 10 fields where 13 are expected"):
        open_corpus("semeval2018_ec", folder).read()


def test_real_copy_equals_what_is_published(real) -> None:
    corpus = real("semeval2018_ec")
    report = corpus.check()
    assert report.problems == ["test: no labelled tweet; the organisers' part has 3259"]
    assert Counter(record.split for record in corpus.read()) == {"train": 6838, "dev": 886}
