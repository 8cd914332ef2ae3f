"""What a person may give, and what is said when it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.recognition.sources import sentences, source


def test_a_sentence_is_text_and_a_file_is_a_file(tmp_path: Path) -> None:
    assert source("I am so glad!").turns[0].text == "I am so glad!"
    (tmp_path / "a.wav").write_bytes(b"")
    assert source(tmp_path / "a.wav").kind == "recording"


@pytest.mark.parametrize("name", ["missing.wav", "no/such/call", "chat.csv", "wrist.zip"])
def test_a_path_that_is_not_there_is_no_text(name: str) -> None:
    with pytest.raises(Ai4erError, match="no such file"):
        source(name)


def test_nothing_a_folder_and_a_wrong_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="empty"):
        source("  ")
    with pytest.raises(Ai4erError, match="folder"):
        source(str(tmp_path))
    (tmp_path / "latin.txt").write_bytes("müde".encode("latin-1"))
    with pytest.raises(Ai4erError, match="UTF-8"):
        source(tmp_path / "latin.txt")


def test_a_hundred_thousand_characters_become_sentences() -> None:
    text = "This is one sentence. " * 4600
    turns = source(text).turns
    assert len(turns) == 4600
    assert max(len(turn.text) for turn in turns) < 30
    assert sentences("x" * 100_000)[0].text == "x" * 100_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "speaker,text\nAda,hello\nBen,go away\n"),
        ("b.csv", "\ufeffRole,Utterance\nAda,hello\nBen,go away\n"),
        ("c.json", '[{"speaker": "Ada", "text": "hello"}, {"speaker": "Ben", "text": "go away"}]'),
        ("d.json", '{"messages": [{"role": "Ada", "content": "hello"}, {"role": "Ben", "content": "go away"}]}'),
    ],
)
def test_dialogue_files_in_their_usual_forms(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    turns = source(tmp_path / name).turns
    assert [(turn.speaker, turn.text) for turn in turns] == [("Ada", "hello"), ("Ben", "go away")]


def test_one_turn_and_no_speaker_are_enough(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('["only this"]')
    assert source(tmp_path / "a.json").turns[0].text == "only this"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "who,what\nAda,hello\n", "no column of text among who, what"),
        ("b.json", "{not json", "not JSON"),
        ("c.json", "3", "no list of turns"),
        ("d.json", "[1, 2]", "a turn must be"),
        ("e.csv", "", "empty"),
        ("f.csv", "speaker,text\nAda,\n", "no turn with text"),
    ],
)
def test_a_bad_dialogue_file_is_one_clear_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(Ai4erError, match=said) as error:
        source(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_dialogue_with_recordings_says_where_each_turn_is_heard(tmp_path: Path) -> None:
    text = "speaker,text,file,start,end\nAda,hello,call.wav,1.5,3\nBen,,call.wav,,\nAda,bye,,,\n"
    (tmp_path / "call.csv").write_text(text)
    found = source(tmp_path / "call.csv")
    assert found.kind == "spoken dialogue"
    assert [turn.recording for turn in found.turns] == [tmp_path / "call.wav", tmp_path / "call.wav", None]
    assert [(turn.start, turn.end) for turn in found.turns] == [(1.5, 3.0), (None, None), (None, None)]


def test_a_column_of_other_files_makes_no_spoken_dialogue(tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text('[{"text": "hello", "file": {"id": 3}}, {"text": "bye", "file": "notes.pdf"}]')
    found = source(tmp_path / "chat.json")
    assert found.kind == "dialogue" and not any(turn.recording for turn in found.turns)


@pytest.mark.parametrize("time", ["soon", "-1", "nan", "inf"])
def test_a_time_that_is_none_is_named(tmp_path: Path, time: str) -> None:
    (tmp_path / "call.csv").write_text(f"text,file,start\nhello,call.wav,{time}\n")
    with pytest.raises(Ai4erError, match=f"start is '{time}' where seconds of the recording are expected"):
        source(tmp_path / "call.csv")
