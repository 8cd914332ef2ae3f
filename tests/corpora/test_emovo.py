from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.emovo import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_emotion_speaker_and_sentence(tmp_path: Path, write_audio) -> None:
    codes = {
        "dis": "disgust", "gio": "joy", "neu": "neutral", "pau": "fear",
        "rab": "anger", "sor": "surprise", "tri": "sadness",
    }  # fmt: skip
    for code in codes:
        write_audio(f"m2/{code}-m2-n3.wav", rate=48000)
    records = open_corpus("emovo", tmp_path).read()
    assert {record.id[:3]: record.label for record in records} == codes
    assert records[0].text == "Il gatto sta scorrendo nella pera."
    assert (records[0].speaker, records[0].language) == ("m2", "it")
    assert records[0].attributes == {"gender": "male", "text_id": "n3", "text_kind": "nonsense"}


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("f1/gio-f1-b2.wav")
    write_audio("f1/gio-f4-b2.wav")
    corpus = open_corpus("emovo", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == ["files not named like gio-f1-b2 (1): f1/gio-f4-b2.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like gio-f1-b2"):
        open_corpus("emovo", tmp_path).read()


def test_real_copy_equals_what_is_published(real, listed) -> None:
    corpus = real("emovo")
    report = corpus.check()
    assert report.problems == report.notes == []
    assert report.items == 588
    assert report.speakers == dict.fromkeys(("f1", "f2", "f3", "m1", "m2", "m3"), 98)
    rows = listed(corpus)
    for record in corpus.read():
        row = rows[record.id]
        assert (record.speaker, record.label, record.text) == (row["speaker"], row["emotion"], row["text"])
        assert record.attributes["gender"] == row["gender"]


def test_every_official_path_is_understood(described) -> None:
    words = {
        "dis": "disgust", "gio": "joy", "neu": "neutral", "pau": "fear",
        "rab": "anger", "sor": "surprise", "tri": "sadness",
    }  # fmt: skip
    found = described(Reader, "emovo")
    assert len(found) == 588
    for row, record in found:
        assert record.label == words[row["label"]]
        assert record.speaker == Path(row["path"]).parts[1]
