from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.ravdess import Reader
from ai4er.errors import Ai4erError
from ai4er.labels import label_space


def test_the_seven_numbers_of_a_file_name(tmp_path: Path, write_audio) -> None:
    for name in ("Actor_01/03-01-05-02-02-01-01", "Actor_24/03-01-01-01-01-02-24"):
        write_audio(f"{name}.wav", rate=48000)
    calm, angry = open_corpus("ravdess", tmp_path).read()
    assert (calm.label, calm.speaker, calm.text) == ("neutral", "24", "Kids are talking by the door.")
    assert calm.attributes == {"gender": "female", "intensity": "normal", "text_id": "01", "repetition": "02"}
    assert (angry.label, angry.speaker, angry.text) == ("angry", "01", "Dogs are sitting by the door.")
    assert angry.attributes == {"gender": "male", "intensity": "strong", "text_id": "02", "repetition": "01"}


def test_emotion_numbers_are_in_the_order_of_the_label_space(tmp_path: Path, write_audio) -> None:
    for number in range(1, 9):
        write_audio(f"Actor_03/03-01-{number:02d}-01-01-01-03.wav")
    labels = [record.label for record in open_corpus("ravdess", tmp_path).read()]
    assert tuple(labels) == label_space("ravdess8").names


def test_songs_and_the_second_tree_of_the_archive_are_left_out(tmp_path: Path, write_audio) -> None:
    write_audio("Actor_01/03-01-05-02-02-01-01.wav")
    write_audio("audio_speech_actors_01-24/Actor_01/03-01-05-02-02-01-01.wav")
    write_audio("Actor_01/03-02-05-02-02-01-01.wav")
    corpus = open_corpus("ravdess", tmp_path)
    assert [record.audio for record in corpus.read()] == [str(tmp_path / "Actor_01/03-01-05-02-02-01-01.wav")]
    others, repeated = corpus.left_out()
    assert "03-02-05-02-02-01-01.wav" in others
    assert repeated.startswith("files with the name of one in another folder (1): audio_speech")


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like 03-01-05-02-01-01-12"):
        open_corpus("ravdess", tmp_path).read()


def test_real_copy_equals_what_is_published(real, listed) -> None:
    corpus = real("ravdess")
    report = corpus.check()
    assert report.problems == []
    assert report.notes == ["copies of another record (1): 03-01-03-01-02-02-07 = 03-01-03-01-02-01-07"]
    assert report.items == 1440
    assert set(report.speakers.values()) == {60}
    rows = listed(corpus)
    for record in corpus.read():
        row = rows[record.id]
        assert (record.speaker, record.label, record.text) == (row["speaker"], row["emotion"], row["text"])
        assert (record.attributes["gender"], record.attributes["intensity"]) == (row["gender"], row["intensity"])


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "ravdess")
    assert Counter(record.label for _, record in found) == Reader.published
    for row, record in found:
        assert record.label == row["label"].lower()
        assert f"Actor_{record.speaker}" == Path(row["path"]).parent.name
