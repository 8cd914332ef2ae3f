from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.oreau import Reader
from ai4er.errors import Ai4erError


def test_folder_and_file_name_give_gender_speaker_emotion_and_sentence(tmp_path: Path, write_audio) -> None:
    write_audio("OréauFR_02/m/sessj/29a13Ja.wav")
    write_audio("OréauFR_02/f/sessp/24a02Pa.wav")
    fear, joy = open_corpus("oreau", tmp_path).read()
    assert (fear.label, fear.speaker, joy.label, joy.speaker) == ("fear", "24", "joy", "29")
    assert fear.attributes == {"gender": "female", "text_id": "P02", "version": "a"}


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("m/sessj/29a13Ja.wav")
    write_audio("m/sessj/29a13Xa.wav")
    assert open_corpus("oreau", tmp_path).left_out() == [
        "files not named like m/sessj/29a13Ja (1): m/sessj/29a13Xa.wav"
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like m/sessj/29a13Ja"):
        open_corpus("oreau", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = dict(zip("CDJNPST", ("anger", "disgust", "joy", "neutral", "fear", "surprise", "sadness")))
    found = described(Reader, "oreau")
    assert all(record.label == words[row["label"]] for row, record in found)
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
