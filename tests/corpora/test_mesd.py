from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.mesd import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_emotion_voice_and_word(tmp_path: Path, write_audio) -> None:
    for name in ("Anger_F_B_ofensa", "Neutral_M_A_basta_ya", "Happiness_C_A_si"):
        write_audio(f"Mexican Emotional Speech Database (MESD)/{name}.wav", rate=48000)
    anger, happiness, neutral = open_corpus("mesd", tmp_path).read()
    assert (anger.label, anger.text, anger.speaker) == ("anger", "ofensa", "")
    assert (neutral.label, neutral.text) == ("neutral", "basta ya")
    assert neutral.attributes == {
        "voice": "male adult", "gender": "male", "age_group": "adult", "word_list": "A", "text_id": "basta_ya",
    }  # fmt: skip
    assert happiness.attributes == {"voice": "child", "age_group": "child", "word_list": "A", "text_id": "si"}


def test_files_of_reduced_naturalness_are_reported_and_left_out(tmp_path: Path, write_audio) -> None:
    write_audio("Anger_F_B_ofensa.wav")
    write_audio("Anger_F_B_L1_ofensa.wav")
    corpus = open_corpus("mesd", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == ["files not named like Anger_F_B_ofensa (1): Anger_F_B_L1_ofensa.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like Anger_F_B_ofensa"):
        open_corpus("mesd", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "mesd")
    assert Counter(record.label for _, record in found) == Reader.published
    assert all(record.label == row["label"].lower() for row, record in found)
    words = Counter(record.text for _, record in found if record.attributes["word_list"] == "A")
    assert words["por favor"] == 18, "each of the three kinds of voice says it in each of the six emotions"
