from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.tess import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_actor_word_and_emotion(tmp_path: Path, write_audio) -> None:
    for name in ("OAF_angry/OAF_back_angry", "YAF_pleasant_surprised/YAF_kill_ps", "OAF_neutral/OA_bite_neutral"):
        write_audio(f"{name}.wav", rate=24414)
    angry, neutral, surprised = open_corpus("tess", tmp_path).read()
    assert (angry.label, angry.speaker, angry.text) == ("angry", "OAF", "Say the word back.")
    assert angry.attributes == {"gender": "female", "age": "64", "text_id": "back"}
    assert (surprised.label, surprised.speaker, surprised.attributes["age"]) == ("pleasant_surprise", "YAF", "26")
    assert (neutral.label, neutral.speaker) == ("neutral", "OAF")


def test_the_second_tree_of_a_copy_is_reported(tmp_path: Path, write_audio) -> None:
    write_audio("OAF_Fear/OAF_back_fear.wav")
    write_audio("TESS/OAF_Fear/OAF_back_fear.wav")
    write_audio("OAF_Fear/OAF_back_joy.wav")
    corpus = open_corpus("tess", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == [
        "files not named like OAF_back_angry (1): OAF_Fear/OAF_back_joy.wav",
        "files with the name of one in another folder (1): TESS/OAF_Fear/OAF_back_fear.wav",
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like OAF_back_angry"):
        open_corpus("tess", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "tess")
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
    for row, record in found:
        assert record.label == {"ps": "pleasant_surprise"}.get(row["label"], row["label"])
        assert record.speaker == Path(row["path"]).stem[:3]
