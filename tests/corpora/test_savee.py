from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.savee import Reader
from ai4er.errors import Ai4erError


def test_speaker_is_the_folder_or_the_start_of_the_name(tmp_path: Path, write_audio) -> None:
    for name in ("AudioData/DC/a01", "AudioData/DC/sa15", "AudioData/KL/su07", "ALL/JE_n30", "ALL/JK_d02"):
        write_audio(f"{name}.wav", rate=44100)
    records = {record.id: record for record in open_corpus("savee", tmp_path).read()}
    assert {name: record.label for name, record in records.items()} == {
        "DC_a01": "anger", "DC_sa15": "sadness", "KL_su07": "surprise", "JE_n30": "neutral", "JK_d02": "disgust",
    }  # fmt: skip
    assert records["KL_su07"].speaker == "KL"
    assert records["KL_su07"].attributes == {"gender": "male", "text_id": "su07"}


def test_both_layouts_in_one_folder_are_not_read_twice(tmp_path: Path, write_audio) -> None:
    write_audio("AudioData/DC/a01.wav")
    write_audio("ALL/DC_a01.wav")
    write_audio("AudioData/DC/x01.wav")
    corpus = open_corpus("savee", tmp_path)
    assert [record.id for record in corpus.read()] == ["DC_a01"]
    assert corpus.left_out() == [
        "files not named like DC_sa07 (1): AudioData/DC/x01.wav",
        "files with the name of one in another folder (1): AudioData/DC/a01.wav",
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like DC_sa07"):
        open_corpus("savee", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = {
        "a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "n": "neutral", "sa": "sadness", "su": "surprise",
    }  # fmt: skip
    found = described(Reader, "savee")
    assert Counter(record.label for _, record in found) == Reader.published
    assert Counter(record.speaker for _, record in found) == dict.fromkeys(("DC", "JE", "JK", "KL"), 120)
    assert all(record.label == words[row["label"]] for row, record in found)
