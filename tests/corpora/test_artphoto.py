from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png


def test_the_name_gives_the_class(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    for name in ("amusement_0001", "content_0070", "sad_0166", "sadness_0167"):
        write_text(f"testImages_artphoto/{name}.jpg", png(name))
    records = open_corpus("artphoto", tmp_path).read()
    assert {r.id: r.label for r in records} == {
        "amusement_0001": "amusement",
        "content_0070": "contentment",
        "sad_0166": "sadness",
        "sadness_0167": "sadness",
    }
    assert "class awe: 0 items, published 102" in open_corpus("artphoto", tmp_path).check().problems


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text("happy_0001.jpg", png("a"))
    with pytest.raises(Ai4erError, match=r"is named like amusement_0001"):
        open_corpus("artphoto", tmp_path).read()
