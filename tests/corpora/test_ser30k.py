from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png


@pytest.fixture
def folder(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    train = [
        {"file_name": "01-panda-bear/sticker_1.jpg", "emotion": "Happiness", "text": "Hi there"},
        {"file_name": "01-panda-bear/sticker_9.jpg", "emotion": "Anger", "text": None},
    ]
    write_text("SER_Dataset/Annotations/train.json", json.dumps(train))
    write_text("SER_Dataset/Annotations/val.json", json.dumps({"Images/02-cat/sticker_2.jpg": {"label": "neutral"}}))
    write_text("SER_Dataset/Annotations/test.json", "[]")
    for name in ("01-panda-bear/sticker_1.jpg", "02-cat/sticker_2.jpg"):
        write_text(f"SER_Dataset/Images/{name}", png(name))
    return tmp_path


def test_stickers_with_their_theme_and_text(folder: Path) -> None:
    corpus = open_corpus("ser30k", folder)
    first, second = corpus.read()
    assert (first.id, first.session, first.split) == ("01-panda-bear/sticker_1", "01-panda-bear", "train")
    assert (first.label, first.text) == ("happiness", "Hi there")
    assert (second.id, second.split, second.label, second.text) == ("02-cat/sticker_2", "valid", "neutral", None)
    assert corpus.left_out() == ["images of the tables that are not there (1): 01-panda-bear/sticker_9"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"file": "a.jpg", "emotion": "anger"}], r"a sticker has file, emotion; file_name or .* are expected"),
        ([{"id": "a.jpg", "emotion": "joy"}], r"a.jpg has the emotion joy; anger, disgust"),
        ([1], r"1 where an object with the fields of a sticker is expected"),
        ("anger", r"neither a list nor an object"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text, entries: object, message: str) -> None:
    write_text("SER_Dataset/Annotations/test.json", json.dumps(entries))
    with pytest.raises(Ai4erError, match=message):
        open_corpus("ser30k", folder).read()


def test_a_missing_table_is_said(folder: Path) -> None:
    (folder / "SER_Dataset/Annotations/test.json").unlink()
    with pytest.raises(Ai4erError, match=r"no file test.json"):
        open_corpus("ser30k", folder).read()
