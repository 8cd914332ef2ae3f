"""AffectNet: the full release by its tables, the reduced one by its arrays of one value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from tests.corpora._images import png

_HEADER = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n"
_TRAIN = (
    "689/a.jpg,134,134,899,899,1.5;2.5,1,0.785714,-0.0555556\n"
    "392/b.png,129,129,862,862,1;2,8,-0.1,0.2\n"
    "392/c.jpg,0,0,10,10,1;2,10,-2,-2\n"
    "10/missing.jpg,0,0,10,10,1;2,0,0,0\n"
)


@pytest.fixture
def full(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    write_text("Manually_Annotated_file_lists/training.csv", _HEADER + _TRAIN)
    write_text("Manually_Annotated_file_lists/validation.csv", _HEADER + "1/d.JPG,0,0,10,10,1;2,7,-0.5,0.5\n")
    for name in ("689/a.jpg", "392/b.png", "392/c.jpg", "1/d.JPG"):
        write_text(f"Manually_Annotated/Manually_Annotated_Images/{name}", png(name))
    return tmp_path


@pytest.fixture
def reduced(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    for folder, number, *values in (("train_set", 0, "1", "0.5", "-0.25"), ("val_set", 12, "7", "-0.5", "-2")):
        write_text(f"{folder}/images/{number}.jpg", png(folder))
        (tmp_path / f"{folder}/annotations").mkdir()
        for kind, value in zip(("exp", "val", "aro"), values):
            np.save(tmp_path / f"{folder}/annotations/{number}_{kind}.npy", value)
    return tmp_path


def test_tables_give_class_dimensions_and_face(full: Path) -> None:
    happy, none, contempt = open_corpus("affectnet", full).read()
    assert (happy.id, happy.split, happy.label) == ("train/689/a.jpg", "train", "happy")
    assert happy.dimensions == {"valence": 0.785714, "arousal": -0.0555556}
    assert happy.attributes == {"face_x": "134", "face_y": "134", "face_width": "899", "face_height": "899"}
    assert (none.label, none.dimensions) == (None, {"valence": -0.1, "arousal": 0.2})
    assert (contempt.split, contempt.label) == ("valid", "contempt")


def test_the_check_reports_images_that_are_not_there(full: Path) -> None:
    report = open_corpus("affectnet", full).check()
    assert "images of the tables that are not there (1): train/10/missing.jpg" in report.problems
    assert "valid: class contempt: 1 items, published 500" in report.problems


def test_arrays_of_one_value_are_the_annotations(reduced: Path) -> None:
    corpus = open_corpus("affectnet", reduced)
    first, second = corpus.read()
    assert (first.split, first.label, first.dimensions) == ("train", "happy", {"valence": 0.5, "arousal": -0.25})
    assert (second.split, second.label, second.dimensions) == ("valid", "contempt", {"valence": -0.5})
    assert label_space("valence_arousal").target(second) is None
    assert "valid: class contempt: 1 items, published 499" in corpus.check().problems


def test_a_pickled_array_is_refused(reduced: Path) -> None:
    np.save(reduced / "val_set/annotations/12_exp.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(Ai4erError, match=r"12_exp.npy: not one plain number"):
        open_corpus("affectnet", reduced).read()
    (reduced / "val_set/annotations/12_exp.npy").unlink()
    with pytest.raises(Ai4erError, match=r"12_exp.npy: no such file"):
        open_corpus("affectnet", reduced).read()


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"neither training.csv or validation.csv nor train_set/annotations"):
        open_corpus("affectnet", tmp_path).read()
    write_text("training.csv", _HEADER + _TRAIN)
    with pytest.raises(Ai4erError, match=r"none of the images of training.csv"):
        open_corpus("affectnet", tmp_path).read()
    write_text("training.csv", _HEADER + _TRAIN.replace(",10,-2", ",11,-2"))
    with pytest.raises(Ai4erError, match=r"392/c.jpg has the expression 11; 0 to 10 are known"):
        open_corpus("affectnet", tmp_path).read()
    write_text("training.csv", _HEADER + _TRAIN.replace("0.785714", "high"))
    with pytest.raises(Ai4erError, match=r"689/a.jpg: valence or arousal is no number"):
        open_corpus("affectnet", tmp_path).read()
