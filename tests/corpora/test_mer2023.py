from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.mer2023 import Reader
from ai4er.errors import Ai4erError


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("mer2023train/train-label.csv", "name,discrete,valence\nsample_00000135,neutral,-0.5\n")
    write_text("test-labels/test1-label.csv", "name,discrete\nsample_00001998,worried\n")
    write_text("transcription-engchi-polish.csv", "name,english,chinese\nsample_00000135,Good.,好。\n")
    write_text("mer2023train/train/sample_00000135.avi", "one")
    write_text("test1/sample_00001998.avi", "two")
    return tmp_path


def test_label_files_give_class_valence_and_split(folder: Path) -> None:
    neutral, worried = open_corpus("mer2023", folder).read()
    assert (neutral.label, neutral.split, neutral.dimensions) == ("neutral", "train", {"valence": -0.5})
    assert (worried.label, worried.split, worried.dimensions) == ("worried", "test1", {})
    assert (neutral.text, worried.text) == ("好。", None)
    assert neutral.video == str(folder / "mer2023train/train/sample_00000135.avi")
    assert neutral.audio is None


def test_check_names_clips_that_are_not_there(folder: Path) -> None:
    (folder / "test1/sample_00001998.avi").unlink()
    assert open_corpus("mer2023", folder).left_out() == ["records without a recording (1): sample_00001998"]


def test_an_unknown_class_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("test-labels/test1-label.csv", "name,discrete\nsample_00001998,bored\n")
    with pytest.raises(Ai4erError, match=r"test1-label\.csv: sample_00001998 has the class 'bored'; known are angry"):
        open_corpus("mer2023", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has none of train-label\.csv"):
        open_corpus("mer2023", tmp_path).read()


def test_every_official_path_is_understood(layout) -> None:
    rows = layout("mer2023")
    paths = [Path(row["path"]) for row in rows]
    assert len({path.stem for path in paths}) == len(rows)
    assert {path.suffix for path in paths} <= set(Reader.suffixes)
    for split, counts in Reader.published_splits.items():
        assert Counter(row["label"] for row, path in zip(rows, paths) if path.parent.name == split) == counts
