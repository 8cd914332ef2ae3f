from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.subesco import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_speaker_sentence_emotion_and_take(tmp_path: Path, write_audio) -> None:
    for name in ("F_02_MONIKA_S_10_NEUTRAL_5", "M_02_NIPUN_S_1_HAPPY_1", "F_02_MONIKA_S_2_SURPRISE_3]"):
        write_audio(f"{name}.wav", rate=48000)
    neutral, surprised, happy = open_corpus("subesco", tmp_path).read()
    assert (neutral.label, surprised.label, happy.label) == ("neutral", "surprise", "happiness")
    assert (neutral.speaker, happy.speaker, neutral.language) == ("F_02", "M_02", "bn")
    assert neutral.attributes == {"gender": "female", "name": "Monika", "text_id": "10", "take": "5"}
    assert surprised.attributes["take"] == "3"


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("M_02_NIPUN_S_1_HAPPY_1.wav")
    write_audio("M_02_NIPUN_S_11_HAPPY_1.wav")
    corpus = open_corpus("subesco", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == ["files not named like F_02_MONIKA_S_1_NEUTRAL_5 (1): M_02_NIPUN_S_11_HAPPY_1.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like F_02_MONIKA_S_1_NEUTRAL_5"):
        open_corpus("subesco", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = {"angry": "anger", "happy": "happiness", "sad": "sadness"}
    found = described(Reader, "subesco")
    assert Counter(record.label for _, record in found) == Reader.published
    assert set(Counter(record.speaker for _, record in found).values()) == {350}
    for row, record in found:
        assert record.label == words.get(row["label"], row["label"])
        assert Path(row["path"]).name.startswith(record.speaker)
