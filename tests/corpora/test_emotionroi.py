from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png


@pytest.fixture
def folder(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    write_text("EmotionROI/training_testing_split/training.txt", "anger/1.jpg\nfear/220.jpg\n")
    write_text("EmotionROI/training_testing_split/testing.txt", "joy/7.jpg\n")
    for name in ("anger/1.jpg", "joy/7.jpg"):
        write_text(f"EmotionROI/images/{name}", png(name))
    write_text("EmotionROI/ground_truth/joy/7.jpg", png("map"))
    return tmp_path


def test_lists_give_class_and_split(folder: Path) -> None:
    corpus = open_corpus("emotionroi", folder)
    anger, joy = corpus.read()
    assert (anger.id, anger.split, anger.label, anger.attributes) == ("anger/1", "train", "anger", {})
    assert (joy.split, joy.label) == ("test", "joy")
    assert joy.attributes["stimuli_map"] == str(folder / "EmotionROI/ground_truth/joy/7.jpg")
    assert corpus.left_out() == ["images of the tables that are not there (1): fear/220"]


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"no file training.txt"):
        open_corpus("emotionroi", folder / "EmotionROI/images").read()
    write_text("EmotionROI/training_testing_split/testing.txt", "joyful/7.jpg\n")
    with pytest.raises(Ai4erError, match=r"no class in .*testing.txt, line 'joyful/7.jpg', named 'joyful'.*'joy'"):
        open_corpus("emotionroi", folder).read()
