from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space


def table(first: float, second: float) -> str:
    """Ten seconds of two raters, who jump from `first` to `second` (one of them 0.2 higher) after four."""
    rows = ["time;FM1 ;FF1"]
    for step in range(250):
        value = first if step < 100 else second
        rows.append(f"{step * 0.04:.2f};{value};{value + 0.2}")
    return "\n".join(rows)


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("ratings_individual/arousal/P16.csv", table(0.1, 0.5))
    write_text("ratings_individual/valence/P16.csv", table(-0.5, -0.1))
    write_audio("recordings_audio/P16.wav")
    return tmp_path


def test_pieces_have_the_mean_of_the_raters(folder: Path) -> None:
    first, second, third = open_corpus("recola", folder).read()
    assert [(record.start, record.end) for record in (first, second, third)] == [(0, 4), (4, 8), (8, 12)]
    assert first.dimensions == pytest.approx({"arousal": 0.2, "valence": -0.4})
    assert second.dimensions == pytest.approx({"arousal": 0.6, "valence": 0.0})
    ratings = label_space("valence_arousal").ratings(first)
    assert ratings is not None
    assert np.allclose(ratings, [[-0.5, 0.1], [-0.3, 0.3]])
    assert first.arrays["trace"].shape == (100, 2)
    assert third.arrays["trace"].shape == (50, 2)
    assert (first.speaker, first.attributes) == ("P16", {"raters": "FM1,FF1"})
    assert first.audio == str(folder / "recordings_audio/P16.wav")


def test_the_length_of_a_piece_is_a_setting(folder: Path) -> None:
    assert len(open_corpus("recola:seconds=2", folder).read()) == 5
    with pytest.raises(Ai4erError, match="seconds=0 must be more than 0"):
        open_corpus("recola:seconds=0", folder)


def test_check_names_people_without_recording(folder: Path) -> None:
    (folder / "recordings_audio/P16.wav").unlink()
    assert open_corpus("recola", folder).left_out() == ["people without a recording (1): P16"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("when;FM1\n0;0\n", "no column time"),
        (table(0.1, 0.2).replace("FF1", "FF2"), "the table of valence has other raters"),
        (table(0.1, 0.2).replace("0.04;0.1", "0.04;x"), "FM1 is 'x' where a number is expected"),
        ("time;FM1\n", "no rating"),
    ],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, text: str, message: str) -> None:
    write_text("ratings_individual/arousal/P16.csv", text)
    with pytest.raises(Ai4erError, match=rf"P16\.csv: {message}"):
        open_corpus("recola", folder).read()


def test_both_dimensions_must_be_there(folder: Path) -> None:
    (folder / "ratings_individual/valence/P16.csv").unlink()
    with pytest.raises(Ai4erError, match=r"P16\.csv: no such file; every person has"):
        open_corpus("recola", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has no ratings_individual/arousal/P16\.csv"):
        open_corpus("recola", tmp_path).read()
