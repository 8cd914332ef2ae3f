from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.urdu import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_gender_speaker_and_emotion(tmp_path: Path, write_audio) -> None:
    for name in ("Angry/SM1_F10_A010", "Happy/SF2_F1_H02", "Neutral/SM25_F63_N091", "Sad/SM1_F4_S06"):
        write_audio(f"{name}.wav", rate=44100)
    happy, angry, sad, neutral = open_corpus("urdu", tmp_path).read()
    assert [r.label for r in (happy, angry, sad, neutral)] == ["happy", "angry", "sad", "neutral"]
    assert [r.speaker for r in (happy, angry, sad, neutral)] == ["SF2", "SM1", "SM1", "SM25"]
    assert [r.attributes["gender"] for r in (happy, angry)] == ["female", "male"]
    assert (happy.language, happy.text) == ("ur", None)


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("Angry/SM1_F10_A010.wav")
    write_audio("Angry/SM1_F10_X010.wav")
    corpus = open_corpus("urdu", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == ["files not named like SM1_F10_A010 (1): Angry/SM1_F10_X010.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like SM1_F10_A010"):
        open_corpus("urdu", tmp_path).read()


def test_real_copy_equals_what_is_published(real, listed) -> None:
    corpus = real("urdu")
    report = corpus.check()
    assert report.problems == []
    assert report.items == 400
    assert len(report.speakers) == 29
    assert "38 speakers" in report.notes[0]
    rows = listed(corpus)
    for record in corpus.read():
        row = rows[record.id]
        assert (record.speaker, record.label) == (row["speaker"], row["emotion"])
        assert record.attributes["gender"] == row["gender"]
        assert Path(record.audio or "").parent.name.lower() == record.label


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "urdu")
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
    for row, record in found:
        assert record.label == Path(row["path"]).parent.name.lower()
        assert record.speaker == Path(row["path"]).name.split("_")[0]
