from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("AnnotatedData/en-annotated.tsv.gz", "No !\t1, 4, 7\nGood .\t8, 1\n")
    write_text("AnnotatedData/neu_en.txt", "9\tOne moment please.\t\t\n\t\t\n")
    write_text("Projections/cn-projections.tsv", "不\t1\n坏行\n是\t0\n好\t5\n")
    return tmp_path


def test_numbers_are_emotions_and_neutral_lines_are_neutral(folder: Path) -> None:
    records = open_corpus("xed", folder).read()
    assert {record.id: (record.text, record.labels) for record in records} == {
        "annotated/1": ("No !", ("anger", "fear", "surprise")),
        "annotated/2": ("Good .", ("anger", "trust")),
        "neutral/1": ("One moment please.", ("neutral",)),
    }
    assert all(records[0].language == "en" and record.digest for record in records)


def test_a_projected_language_leaves_out_what_has_no_label(folder: Path) -> None:
    corpus = open_corpus("xed:language=zh", folder)
    assert [record.labels for record in corpus.read()] == [("anger",), ("neutral",), ("joy",)]
    assert corpus.left_out() == ["lines that are not a text and its labels (1): cn-projections.tsv: 2"]


def test_a_language_that_is_not_there_names_those_that_are(folder: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no fi-annotated\.tsv or fi-projections\.tsv .* it holds cn, en"):
        open_corpus("xed:language=fi", folder).read()


def test_a_label_that_is_no_number_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("AnnotatedData/en-annotated.tsv.gz", "No !\tanger\n")
    with pytest.raises(Ai4erError, match=r"line 1: labels 'anger' where numbers from 0 to 8 are expected"):
        open_corpus("xed", folder).read()


@pytest.mark.parametrize("language", ["en", "fi", "ru", "tr", "zh"])
def test_real_copy_has_the_counts_of_its_list(real, language: str) -> None:
    corpus = real(f"xed:language={language}")
    expected: Counter[str] = Counter()
    with (corpus.root / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] == language:
                expected.update(json.loads(row["labels"]))
    assert Counter(name for record in corpus.read() for name in record.labels or ()) == expected


def test_lines_of_the_alignment_are_left_out_of_a_real_copy(real) -> None:
    corpus = real("xed:language=de")
    assert {name for record in corpus.read() for name in record.labels or ()} == set(corpus.space.names) - {"neutral"}
    assert corpus.left_out()[0].startswith("lines that are not a text and its labels (")
