from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.emozionalmente import Reader
from ai4er.errors import Ai4erError

TABLE = """file_name,actor,emotion_expressed,sentence,timestamp
1614680733939.wav,17,neutrality,Oggi piove.,2021-03-02
1613821938292.wav,4,Disgust,Oggi piove.,2021-02-20
"""


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("metadata/samples.csv", TABLE)
    write_audio("audio/1614680733939.wav")
    write_audio("audio/1613821938292.wav")
    return tmp_path


def test_the_table_gives_speaker_emotion_and_sentence(folder: Path) -> None:
    neutral, disgust = open_corpus("emozionalmente", folder).read()
    assert (neutral.label, neutral.speaker, neutral.text) == ("neutrality", "17", "Oggi piove.")
    assert neutral.audio == str(folder / "audio/1614680733939.wav")
    assert neutral.attributes == {"timestamp": "2021-03-02"}
    assert (disgust.label, disgust.speaker) == ("disgust", "4")


def test_check_names_what_has_no_counterpart(folder: Path, write_audio) -> None:
    (folder / "audio/1613821938292.wav").unlink()
    write_audio("audio/1.wav")
    assert open_corpus("emozionalmente", folder).left_out() == [
        "records without a recording (1): 1613821938292",
        "recordings that no table names (1): 1",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("actor", "user", "no column actor"), ("Disgust", "Bored", "has the emotion 'bored'; known are anger")],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, old: str, new: str, message: str) -> None:
    write_text("metadata/samples.csv", TABLE.replace(old, new))
    with pytest.raises(Ai4erError, match=rf"samples\.csv: .*{message}"):
        open_corpus("emozionalmente", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file samples\.csv"):
        open_corpus("emozionalmente", tmp_path).read()


def test_every_official_path_is_understood(layout) -> None:
    rows = layout("emozionalmente")
    assert {Path(row["path"]).parent.name for row in rows} == {"audio"}
    assert Counter(row["label"] for row in rows) == Reader.published
