from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.afew import Reader
from ai4er.errors import Ai4erError


def test_a_clip_has_its_folders_as_class_and_split(tmp_path: Path, write_text) -> None:
    video = write_text("Train_AFEW/Angry/000046280.avi", "a")
    write_text("Val_AFEW/Surprise/012738600.avi", "b")
    write_text("Val_AFEW/AlignedFaces_LBPTOP_Points_Val/Faces/012738600/000.jpg", "c")
    write_text("Test_vid_Distribute/000143240.avi", "d")
    corpus = open_corpus("afew", tmp_path)
    train, valid = corpus.read()
    assert (train.id, train.label, train.split) == ("Train_AFEW/Angry/000046280", "angry", "train")
    assert (train.video, train.audio) == (str(video), None)
    assert (valid.label, valid.split) == ("surprise", "valid")
    assert corpus.left_out() == [
        "files not named like Train_AFEW/Angry/000046280 (1): Test_vid_Distribute/000143240.avi"
    ]


def test_published_counts_are_those_of_the_release() -> None:
    assert {split: sum(counts.values()) for split, counts in Reader.published_splits.items()} == {
        "train": 773, "valid": 383,
    }  # fmt: skip


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="named like Train_AFEW/Angry/000046280"):
        open_corpus("afew", tmp_path).read()
