"""Vectors of words: whose they are, and which words have none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.encoders import front_end, word_vectors
from ai4er.errors import Ai4erError


def table(folder: Path, lines: str) -> str:
    path = folder / "words.vec"
    path.write_text(lines, encoding="utf-8")
    return str(path)


def test_several_words_have_the_mean_of_those_that_are_known(tmp_path: Path) -> None:
    spec = table(tmp_path, "3 2\ncalm 1 0\nangry 0 2\nmildly 4 4\n")
    found = word_vectors(spec, ["Angry!", "mildly angry", "mildly bewildered", "bewildered", ""])
    assert set(found) == {"Angry!", "mildly angry", "mildly bewildered"}
    np.testing.assert_allclose(found["Angry!"], [0, 2])
    np.testing.assert_allclose(found["mildly angry"], [2, 3])
    np.testing.assert_allclose(found["mildly bewildered"], [4, 4])


def test_a_network_reads_a_word_as_a_feeling() -> None:
    (wanted,) = front_end("text_vector:encoder=tiny").extract(["a feeling of very happy"])
    found = word_vectors("tiny", ["Very happy.", "?!"])
    assert set(found) == {"Very happy."}
    np.testing.assert_allclose(found["Very happy."], wanted, atol=1e-6)


def test_what_is_no_table_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no file of word embeddings"):
        word_vectors(str(tmp_path / "absent.txt"), ["calm"])
    with pytest.raises(Ai4erError, match="not a word and its numbers"):
        word_vectors(table(tmp_path, "calm one two\n"), ["calm"])
    with pytest.raises(Ai4erError, match="different sizes"):
        word_vectors(table(tmp_path, "calm 1 2\nangry 1\n"), ["calm", "angry"])
