from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png

EXPRESSIONS = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("annotations/EXPR_Set/Train_Set/1-30-1280x720.txt", EXPRESSIONS + "0\n-1\n4\n7\n")
    write_text("annotations/EXPR_Set/Validation_Set/video10_left.txt", EXPRESSIONS + "6\n6\n")
    write_text("annotations/EXPR_Set/Validation_Set/video11.txt", EXPRESSIONS + "6\n")
    write_text("annotations/VA_Set/Train_Set/1-30-1280x720.txt", "valence,arousal\n-0.25,0.5\n-5,-5\n")
    write_text("annotations/AU_Set/Train_Set/1-30-1280x720.txt", "AU1,AU2,AU4\n1,0,1\n-1,-1,-1\n0,0,0\n")
    for name in ("1-30-1280x720/00001", "1-30-1280x720/00002", "1-30-1280x720/00003", "video10_left/00001"):
        write_text(f"cropped_aligned/{name}.jpg", png(name))
    return tmp_path


def test_annotated_frames_with_a_face_are_records(folder: Path) -> None:
    corpus = open_corpus("aff_wild2", folder)
    records = corpus.read()
    assert [(record.id, record.label, record.split) for record in records] == [
        ("1-30-1280x720/00001", "neutral", "train"),
        ("1-30-1280x720/00003", "happiness", "train"),
        ("video10_left/00001", "surprise", "valid"),
    ]
    assert records[0].image == str(folder / "cropped_aligned/1-30-1280x720/00001.jpg")
    assert records[0].session == "1-30-1280x720"
    assert corpus.check().problems == ["videos without a folder in cropped_aligned (1): video11"]


def test_each_task_has_its_own_annotation_and_space(folder: Path) -> None:
    (affect,) = open_corpus("aff_wild2:task=valence_arousal", folder).read()
    assert affect.dimensions == {"valence": -0.25, "arousal": 0.5}
    corpus = open_corpus("aff_wild2:task=action_units", folder)
    assert [record.labels for record in corpus.read()] == [("au1", "au4"), ()]
    assert corpus.space.kind == "multi"


def test_every_second_frame(folder: Path) -> None:
    records = open_corpus("aff_wild2:every=2", folder).read()
    assert [record.attributes["frame"] for record in records] == ["1", "3", "1"]
    with pytest.raises(Ai4erError, match="every=0 must be 1 or more"):
        open_corpus("aff_wild2:every=0", folder)


@pytest.mark.parametrize(
    ("task", "name", "text", "message"),
    [
        ("expression", "EXPR_Set", EXPRESSIONS + "8\n", "line 2: '8' where 1 of 0 to 7, or -1, are expected"),
        ("expression", "EXPR_Set", EXPRESSIONS + "x\n", "line 2: 'x' where numbers with commas are expected"),
        ("expression", "EXPR_Set", EXPRESSIONS.replace("Fear", "Fears"), "did you mean 'fear'"),
        ("valence_arousal", "VA_Set", "valence,arousal\n0.5\n", "line 2: '0.5' where 2 of -1 to 1, or -5, are"),
    ],
)
def test_a_damaged_annotation_is_one_clear_line(folder: Path, write_text, task, name, text, message) -> None:
    write_text(f"annotations/{name}/Train_Set/1-30-1280x720.txt", text)
    with pytest.raises(Ai4erError, match=message):
        open_corpus(f"aff_wild2:task={task}", folder).read()


def test_an_empty_folder_and_one_without_faces_say_what_is_missing(tmp_path: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"has no VA_Set/Train_Set/NAME\.txt"):
        open_corpus("aff_wild2:task=valence_arousal", tmp_path).read()
    write_text("EXPR_Classification_Challenge/Train_Set/a.txt", EXPRESSIONS + "1\n")
    with pytest.raises(Ai4erError, match="no face of an annotated frame in cropped_aligned/NAME"):
        open_corpus("aff_wild2", tmp_path).read()
