"""FER+: the pixels come from FER2013's table, row by row, and the label is the majority of the votes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
_ROWS = (
    "Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0",
    "Training,fer0000001.png,0,8,1,0,0,0,0,1,0,0",
    "Training,,0,0,0,0,0,0,0,0,0,10",
    "PublicTest,fer0028710.png,2,0,0,0,0,0,0,0,8,0",
    "PrivateTest,fer0032298.png,1,1,1,1,6,0,0,0,0,0",
)


def _pixels() -> str:
    rows = [f"3,{' '.join([str(number)] * 2304)},{row.split(',')[0]}" for number, row in enumerate(_ROWS)]
    return "\n".join(["emotion,pixels,Usage", *rows]) + "\n"


@pytest.fixture
def folder(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    write_text("fer2013.csv.gz", _pixels())
    write_text("FERPlus/fer2013new.csv", "\n".join([_HEADER, *_ROWS]) + "\n")
    return tmp_path


def test_votes_go_to_the_image_of_the_same_row(folder: Path) -> None:
    records = open_corpus("ferplus", folder).read()
    assert [float(r.arrays["image"][0, 0]) for r in records] == [0, 1, 3, 4]
    assert [(r.split, r.label) for r in records] == [
        ("train", None), ("train", "happiness"), ("valid", None), ("test", "anger"),
    ]  # fmt: skip
    assert records[1].votes == ("happiness",) * 8 + ("surprise", "contempt")
    assert records[2].attributes == {"fer2013": "happy", "unknown": "8", "no_face": "0"}


def test_votes_are_a_distribution_over_emotions_only(folder: Path) -> None:
    records = open_corpus("ferplus", folder).read()
    space = label_space("ferplus8_votes")
    assert np.allclose(space.target(records[0]), [0.4, 0, 0, 0.1, 0.3, 0.2, 0, 0])
    assert np.allclose(space.target(records[2]), [1, 0, 0, 0, 0, 0, 0, 0])


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"no file fer2013new.csv"):
        open_corpus("ferplus", tmp_path).read()
    write_text("fer2013new.csv", "\n".join([_HEADER, *_ROWS[:2]]))
    with pytest.raises(Ai4erError, match=r"has no fer2013.csv beside fer2013new.csv"):
        open_corpus("ferplus", tmp_path).read()
    write_text("fer2013.csv", _pixels())
    with pytest.raises(Ai4erError, match=r"2 rows for the 5 images"):
        open_corpus("ferplus", tmp_path).read()
    write_text("fer2013new.csv", "\n".join([_HEADER, *_ROWS]).replace("fer0000000.png,4", "fer0000000.png,four"))
    with pytest.raises(Ai4erError, match=r"neutral is 'four' where a whole number is expected"):
        open_corpus("ferplus", tmp_path).read()
    write_text("fer2013new.csv", "\n".join([_HEADER, *_ROWS[1:], _ROWS[0]]))
    with pytest.raises(Ai4erError, match=r"row 3 is of PublicTest, the image of the part train"):
        open_corpus("ferplus", tmp_path).read()
