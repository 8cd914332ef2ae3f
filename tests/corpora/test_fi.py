from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from tests.corpora._images import png


def test_the_folder_is_the_class(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    for label in ("amusement", "sadness"):
        write_text(f"emotion_dataset/{label}/23348{len(label)}.jpg", png(label))
    write_text("emotion_dataset/awe/copy.jpg", png("sadness"))
    write_text("emotion_dataset/other/1.jpg", png("other"))
    corpus = open_corpus("fi", tmp_path)
    assert [(r.id, r.label) for r in corpus.read()] == [
        ("amusement/233489", "amusement"), ("awe/copy", "awe"), ("sadness/233487", "sadness"),
    ]  # fmt: skip
    problems = corpus.check().problems
    assert "copies of another record (1): sadness/233487 = awe/copy" in problems
    assert "files not named like amusement/2334852610 (1): emotion_dataset/other/1.jpg" in problems


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like amusement/2334852610"):
        open_corpus("fi", tmp_path).read()
