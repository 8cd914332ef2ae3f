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
    write_text("train.tsv.gz", 'text\tlabel\ni said "no\tangry\n')
    write_text("valid.tsv", "text\tlabel\na gift\tgrateful\n")
    write_text("test.tsv", "text\tlabel\na gift\tjoyful\n")
    return tmp_path


def test_a_situation_has_its_emotion_and_split(folder: Path) -> None:
    records = open_corpus("empathetic_prompts", folder).read()
    assert [(r.id, r.text, r.label, r.split) for r in records] == [
        ("train/1", 'i said "no', "angry", "train"),
        ("valid/1", "a gift", "grateful", "valid"),
        ("test/1", "a gift", "joyful", "test"),
    ]
    assert records[1].digest == records[2].digest


def test_an_unknown_emotion_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("test.tsv", "text\tlabel\na gift\tjoyfull\n")
    with pytest.raises(Ai4erError, match="did you mean 'joyful'"):
        open_corpus("empathetic_prompts", folder).read()


def test_a_missing_part_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file train\.tsv"):
        open_corpus("empathetic_prompts", tmp_path).read()


def test_real_copy_has_the_counts_of_its_list(real) -> None:
    corpus = real("empathetic_prompts")
    records = corpus.read()
    with (corpus.root / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = Counter(record.label for record in records if record.split == row["split"])
            assert found == json.loads(row["labels"])
