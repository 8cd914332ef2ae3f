from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.turev_db import Reader
from ai4er.errors import Ai4erError


def test_folder_and_name_give_class_speaker_and_word(tmp_path: Path, write_audio) -> None:
    write_audio("Sound Source/Angry/1234_kz_kedi.wav")
    write_audio("Sound Source/Sad/7895_hl_ogul1.wav")
    write_audio("Sound Source/Sad/7895_kz_ogul.wav")
    corpus = open_corpus("turev_db", tmp_path)
    angry, sad = corpus.read()
    assert (angry.label, angry.speaker, angry.text) == ("angry", "1234", "kedi")
    assert (sad.label, sad.speaker, sad.text) == ("sad", "7895", "ogul")
    assert corpus.left_out() == ["files not named like Angry/1234_kz_kedi (1): Sound Source/Sad/7895_kz_ogul.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like Angry/1234_kz_kedi"):
        open_corpus("turev_db", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "turevdb")
    assert all(record.label == row["label"].lower() for row, record in found)
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
