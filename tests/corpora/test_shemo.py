from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.shemo import Reader
from ai4er.errors import Ai4erError

ITEMS = [{"id": "F05W01", "gender": "female", "emotion": "surprised", "transcript": "\ufeffکی؟", "ipa": "ki"}]


def test_file_names_give_speaker_and_emotion(tmp_path: Path, write_audio) -> None:
    for name in ("female/F05W01", "female/F07F02", "male/M32S01", "male/M12N39", "male/M28A43", "male/M28H02"):
        write_audio(f"{name}.wav", rate=44100)
    records = {record.id: record for record in open_corpus("shemo", tmp_path).read()}
    assert {name: record.label for name, record in records.items()} == {
        "F05W01": "surprise", "F07F02": "fear", "M32S01": "sadness", "M12N39": "neutral", "M28A43": "anger",
        "M28H02": "happiness",
    }  # fmt: skip
    assert (records["F07F02"].speaker, records["F07F02"].language) == ("F07", "fa")
    assert records["F07F02"].attributes == {"gender": "female"}
    assert records["F07F02"].text is None


def test_transcripts_come_from_the_owners_list(tmp_path: Path, write_audio, write_text) -> None:
    write_audio("female/F05W01.wav")
    write_audio("male/M32S01.wav")
    write_text("shemo.json", json.dumps(ITEMS))
    surprised, sad = open_corpus("shemo", tmp_path).read()
    assert (surprised.text, surprised.attributes) == ("کی؟", {"gender": "female", "phonemes": "ki"})
    assert (sad.text, sad.attributes) == (None, {"gender": "male"})


@pytest.mark.parametrize(("text", "problem"), [('[{"id": "F0', "not whole JSON"), ('{"F05W01": 1}', "must be a list")])
def test_a_broken_list_is_one_clear_line(tmp_path: Path, write_audio, write_text, text: str, problem: str) -> None:
    write_audio("female/F05W01.wav")
    write_text("shemo.json", text)
    with pytest.raises(Ai4erError, match=problem):
        open_corpus("shemo", tmp_path).read()


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like F05W01"):
        open_corpus("shemo", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = {
        "angry": "anger", "fearful": "fear", "happy": "happiness", "neutral": "neutral", "sad": "sadness",
        "surprised": "surprise",
    }  # fmt: skip
    found = described(Reader, "shemo")
    assert sum(Reader.published.values()) == 3000
    assert len(found) == 2838
    counts = Counter(record.label for _, record in found)
    assert all(counts[label] <= number for label, number in Reader.published.items())
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
    for row, record in found:
        assert record.label == words[row["label"]]
        assert record.attributes["gender"] == Path(row["path"]).parent.name
