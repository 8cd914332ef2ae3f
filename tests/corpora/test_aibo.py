from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.aibo import _PUBLISHED
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

FIVE = "Mont_01_000_00 N 0.9\nOhm_01_000_00 E 0.6\nOhm_01_000_01 A 0.55\n"
TWO = "Mont_01_000_00 IDL 0.9\nOhm_01_000_00 NEG 0.6\nOhm_01_000_01 NEG 0.55\n"


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("labels/IS2009EmotionChallenge/chunk_labels_5cl_corpus.txt", FIVE)
    write_text("labels/IS2009EmotionChallenge/chunk_labels_2cl_corpus.txt", TWO)
    for line in FIVE.splitlines():
        write_audio(f"wav/{line.split()[0]}.wav")
    return tmp_path


def test_schools_are_the_parts_and_children_the_speakers(folder: Path) -> None:
    records = open_corpus("aibo", folder).read()
    assert [record.split for record in records] == ["test", "train", "train"]
    assert [record.speaker for record in records] == ["Mont_01", "Ohm_01", "Ohm_01"]
    assert [record.turn for record in records] == [0, 0, 1]
    assert [record.label for record in records] == ["neutral", "emphatic", "anger"]
    assert records[2].attributes == {"school": "Ohm", "spoken_turn": "Ohm_01_000", "agreement": "0.55"}
    assert records[0].audio == str(folder / "wav/Mont_01_000_00.wav")


def test_target_chooses_the_classes(folder: Path) -> None:
    corpus = open_corpus("aibo:target=aibo2", folder)
    assert [record.label for record in corpus.read()] == ["idle", "negative", "negative"]
    assert corpus.space == label_space("aibo2")


def test_check_names_chunks_without_recording(folder: Path) -> None:
    (folder / "wav/Mont_01_000_00.wav").unlink()
    assert open_corpus("aibo", folder).left_out() == ["records without a recording (1): Mont_01_000_00"]


@pytest.mark.parametrize("line", ["Mont_01_000_00", "Mont_01_000_00 Q 0.9", "Nord_01_000_00 N 0.9"])
def test_a_broken_line_is_one_clear_line(folder: Path, write_text, line: str) -> None:
    write_text("labels/IS2009EmotionChallenge/chunk_labels_5cl_corpus.txt", line)
    with pytest.raises(Ai4erError, match=r"chunk_labels_5cl_corpus\.txt: line 1 is .*; the classes are A, E, N, P, R"):
        open_corpus("aibo", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file chunk_labels_5cl_corpus\.txt"):
        open_corpus("aibo", tmp_path).read()


def test_both_ways_to_label_count_the_same_chunks() -> None:
    sums = {space: {split: sum(n.values()) for split, n in parts.items()} for space, parts in _PUBLISHED.items()}
    assert sums["aibo5"] == sums["aibo2"] == {"train": 9959, "test": 8257}
