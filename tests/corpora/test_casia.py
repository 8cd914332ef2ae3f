from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.casia import Reader
from ai4er.errors import Ai4erError


def test_folders_give_speaker_and_emotion(tmp_path: Path, write_audio) -> None:
    for name in ("wangzhe/angry/201", "ZhaoZuoxiang/sad/250", "liuchanhg/surprise/239"):
        write_audio(f"{name}.wav")
    surprised, angry, sad = open_corpus("casia", tmp_path).read()
    assert [r.id for r in (surprised, angry, sad)] == [
        "liuchanhg/surprise/239", "wangzhe/angry/201", "zhaozuoxiang/sad/250",
    ]  # fmt: skip
    assert (surprised.label, angry.label, sad.label) == ("surprise", "angry", "sad")
    assert (sad.speaker, sad.language) == ("zhaozuoxiang", "zh")
    assert surprised.attributes == {"gender": "female", "text_id": "239"}


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("wangzhe/angry/201.wav")
    write_audio("wangzhe/bored/201.wav")
    write_audio("wangzhe/angry/251.wav")
    corpus = open_corpus("casia", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == [
        "files not named like wangzhe/angry/201 (2): wangzhe/angry/251.wav, wangzhe/bored/201.wav"
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like wangzhe/angry/201"):
        open_corpus("casia", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "casia")
    assert Counter(record.label for _, record in found) == Reader.published
    for row, record in found:
        assert record.label == row["label"]
        assert record.speaker == Path(row["path"]).parts[1]
