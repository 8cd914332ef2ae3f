from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

RATERS = "-0.5 0.5 0.0\n-0.5 0.0 0.5\n"


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    for name in ("Sprecher01/Satz01001", "Sprecher20/Satz20013"):
        write_audio(f"data/{name}.wav")
        write_text(f"data/{name}.ewe", "  -5.0000000e-01   2.5000000e-01   2.0000000e-01\n")
        write_text(f"data/{name}.eva", RATERS)
    return tmp_path


def test_a_sentence_has_the_merged_rating_and_those_of_all_raters(folder: Path) -> None:
    first, second = open_corpus("vam", folder).read()
    space = label_space("valence_arousal_dominance")
    assert space.target(first) == pytest.approx([-0.5, 0.25, 0.2])
    assert np.allclose(space.ratings(first), [[-0.5, 0.5, 0], [-0.5, 0, 0.5]])
    assert (first.id, first.speaker, first.attributes) == ("Satz01001", "01", {"part": "I"})
    assert (second.speaker, second.attributes) == ("20", {"part": "II"})
    assert first.audio == str(folder / "data/Sprecher01/Satz01001.wav")


def test_sentences_without_labels_are_read_and_reported(folder: Path) -> None:
    for path in (folder / "data/Sprecher20").glob("*.e*"):
        path.unlink()
    corpus = open_corpus("vam", folder)
    assert (corpus.read()[1].dimensions, corpus.read()[1].ratings) == ({}, ())
    assert corpus.left_out() == ["sentences without a file of labels such as Satz01001.ewe (1): Satz20013"]


@pytest.mark.parametrize(
    ("suffix", "text", "said"),
    [
        ("eva", RATERS + "0.1 0.2\n", r"eva: line 3 is '0\.1 0\.2', not the numbers of valence, activation and"),
        ("ewe", "a b c\n", r"ewe: line 1 is 'a b c', not the numbers"),
        ("ewe", RATERS, r"ewe: 2 rows where one, the merged rating, is expected"),
        ("ewe", "", r"ewe: 0 rows where one"),
    ],
)
def test_damaged_labels_are_one_clear_line(folder: Path, write_text, suffix: str, text: str, said: str) -> None:
    write_text(f"data/Sprecher01/Satz01001.{suffix}", text)
    with pytest.raises(Ai4erError, match=said):
        open_corpus("vam", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file below .* is named like Satz01001"):
        open_corpus("vam", tmp_path).read()
