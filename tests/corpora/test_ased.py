from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.ased import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_emotion_sentence_gender_and_speaker(tmp_path: Path, write_audio) -> None:
    for name in ("05Angry/a5-03-01-02-50", "02Fearful/f2-07-02-01-48", "04Sad/S4-04-01-02-59"):
        write_audio(f"{name}.wav")
    sad, angry, fearful = open_corpus("ased", tmp_path).read()
    assert (sad.label, angry.label, fearful.label) == ("sad", "angry", "fearful")
    assert (angry.speaker, angry.language) == ("50", "am")
    assert angry.attributes == {"gender": "male", "text_id": "03", "repetition": "01"}
    assert fearful.attributes == {"gender": "female", "text_id": "07", "repetition": "02"}


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("05Angry/a5-03-01-02-50.wav")
    write_audio("05Angry/a5-03-01-02-66.wav")
    write_audio("05Angry/a4-03-01-02-50.wav")
    corpus = open_corpus("ased", tmp_path)
    assert len(corpus.read()) == 1
    (line,) = corpus.left_out()
    assert line.startswith("files not named like a5-03-01-02-50 (2)")


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like a5-03-01-02-50"):
        open_corpus("ased", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = {"n": "neutral", "f": "fearful", "h": "happy", "s": "sad", "a": "angry"}
    found = described(Reader, "ased")
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
    for row, record in found:
        assert record.label == words[row["label"].lower()]
        assert Path(row["path"]).parent.name[2:].lower() == record.label
        assert record.speaker == Path(row["path"]).stem[-2:]
