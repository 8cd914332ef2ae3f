"""CK+: the peak of every labelled sequence, more of its last frames, and its first frame as neutral."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png

_BASE = "extended-cohn-kanade-images/cohn-kanade-images"


@pytest.fixture
def folder(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    for sequence, frames in (("S005/001", 3), ("S010/002", 2), ("S010/003", 2)):
        for frame in range(1, frames + 1):
            name = f"{_BASE}/{sequence}/{sequence.replace('/', '_')}_{frame:08d}.png"
            write_text(name, png(name))
    write_text("Emotion_labels/Emotion/S005/001/S005_001_00000003_emotion.txt", "   3.0000000e+00\n")
    write_text("Emotion_labels/Emotion/S010/002/S010_002_00000002_emotion.txt", "   7.0000000e+00\n")
    return tmp_path


def test_the_peak_of_each_labelled_sequence(folder: Path) -> None:
    records = open_corpus("ck_plus", folder).read()
    assert [(r.id, r.speaker, r.dialogue, r.label) for r in records] == [
        ("S005_001_00000003", "S005", "S005_001", "disgust"),
        ("S010_002_00000002", "S010", "S010_002", "surprise"),
    ]
    assert records[0].attributes == {"frame": "3", "of": "3"}


def test_more_frames_and_the_neutral_one(folder: Path) -> None:
    corpus = open_corpus("ck_plus:frames=2,neutral=true", folder)
    records = corpus.read()
    assert [(r.turn, r.label) for r in records] == [
        (1, "neutral"), (2, "disgust"), (3, "disgust"), (1, "surprise"), (2, "surprise"),
    ]  # fmt: skip
    assert corpus.space.size == 8
    assert corpus.expected()[""]["anger"] == 90


def test_labels_without_images_are_reported(folder: Path, write_text: Callable[..., Path]) -> None:
    write_text("Emotion/S011/001/S011_001_00000009_emotion.txt", "1")
    corpus = open_corpus("ck_plus", folder)
    assert len(corpus.read()) == 2
    assert corpus.left_out() == ["labels without images (1): S011_001_00000009_emotion.txt"]


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"lacks Emotion/S005/001/S005_001_00000011_emotion.txt"):
        open_corpus("ck_plus", folder / "Emotion_labels").read()
    with pytest.raises(Ai4erError, match=r"frames=0 must be at least 1"):
        open_corpus("ck_plus:frames=0", folder)
    for text in ("angry", "9", "-1"):
        write_text("Emotion_labels/Emotion/S005/001/S005_001_00000003_emotion.txt", text)
        with pytest.raises(Ai4erError, match=r"S005_001_00000003_emotion.txt: not one number from 0 to 7"):
            open_corpus("ck_plus", folder).read()
