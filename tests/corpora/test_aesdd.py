from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.aesdd import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_emotion_utterance_and_speaker(tmp_path: Path, write_audio) -> None:
    for name in ("anger/a03 (4)", "fear/f13 (01)", "sadness/s01 (5)b"):
        write_audio(f"{name}.wav", rate=44100)
    anger, fear, sadness = open_corpus("aesdd", tmp_path).read()
    assert [r.label for r in (anger, fear, sadness)] == ["anger", "fear", "sadness"]
    assert [r.speaker for r in (anger, fear, sadness)] == ["4", "1", "5"]
    assert anger.attributes == {"text_id": "03"}
    assert sadness.attributes == {"text_id": "01", "take": "b"}


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("anger/a03 (4).wav")
    write_audio("anger/a21 (4).wav")
    corpus = open_corpus("aesdd", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == ["files not named like a03 (4) (1): anger/a21 (4).wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like a03 \(4\)"):
        open_corpus("aesdd", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "aesdd")
    assert Counter(record.label for _, record in found) == {
        "anger": 121, "disgust": 122, "fear": 120, "happiness": 119, "sadness": 122,
    }  # fmt: skip
    assert Counter(record.speaker for _, record in found) == {"1": 100, "2": 100, "3": 98, "4": 99, "5": 107, "6": 100}
    assert all(record.label == Path(row["path"]).parent.name for row, record in found)
