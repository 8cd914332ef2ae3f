from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.nemo import Reader
from ai4er.errors import Ai4erError

TABLE = (
    "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n"
    'EB0_anger_1\tanger\tTo jest "test".\tto jest test\tEB0\tfemale\t24\n'
    "SB0_surprise_12.wav\tsurprise\tTak?\ttak\tSB0\tmale\t31\n"
)


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("data.tsv", TABLE)
    write_audio("samples/EB0_anger_1.wav", rate=24000)
    write_audio("samples/SB0_surprise_12.wav", rate=24000)
    return tmp_path


def test_the_table_gives_speaker_emotion_and_text(folder: Path) -> None:
    anger, surprise = open_corpus("nemo", folder).read()
    assert (anger.label, anger.speaker, anger.text) == ("anger", "EB0", 'To jest "test".')
    assert anger.attributes == {"gender": "female", "age": "24", "normalized_text": "to jest test"}
    assert (surprise.id, surprise.audio) == ("SB0_surprise_12", str(folder / "samples/SB0_surprise_12.wav"))
    assert open_corpus("nemo", folder).left_out() == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("raw_text", "text", "no column raw_text"), ("\tanger\t", "\tbored\t", "has the emotion 'bored'; known are")],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, old: str, new: str, message: str) -> None:
    write_text("data.tsv", TABLE.replace(old, new, 1))
    with pytest.raises(Ai4erError, match=rf"data\.tsv: .*{message}"):
        open_corpus("nemo", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file data\.tsv"):
        open_corpus("nemo", tmp_path).read()


def test_published_counts_add_up() -> None:
    assert sum(Reader.published.values()) == 4481
