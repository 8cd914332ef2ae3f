from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.cafe import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_actor_emotion_intensity_and_sentence(tmp_path: Path, write_audio) -> None:
    for name in ("CaFE_48k/Peur/Fort/08-P-2-1.wav", "CaFE_48k/Colère/Faible/11-C-1-6.aiff", "Neutre/01-N-1-2.wav"):
        write_audio(name, rate=48000)
    neutral, fear, anger = open_corpus("cafe", tmp_path).read()
    assert (fear.label, fear.speaker, fear.text) == ("fear", "08", "Un cheval fou dans mon jardin.")
    assert fear.attributes == {"gender": "female", "age": "25", "text_id": "1", "intensity": "high"}
    assert (anger.label, anger.attributes["gender"], anger.attributes["intensity"]) == ("anger", "male", "low")
    assert neutral.label == "neutral"
    assert "intensity" not in neutral.attributes


def test_the_second_archive_and_impossible_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("CaFE_48k/Joie/Fort/08-J-2-1.wav")
    write_audio("CaFE_192k/Joie/Fort/08-J-2-1.wav")
    write_audio("CaFE_48k/Neutre/08-N-2-1.wav")
    corpus = open_corpus("cafe", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == [
        "files not named like 08-P-2-1 (1): CaFE_48k/Neutre/08-N-2-1.wav",
        "files with the name of one in another folder (1): CaFE_48k/Joie/Fort/08-J-2-1.wav",
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like 08-P-2-1"):
        open_corpus("cafe", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = {
        "c": "anger", "d": "disgust", "j": "happiness", "n": "neutral", "p": "fear", "s": "surprise", "t": "sadness",
    }  # fmt: skip
    found = described(Reader, "cafe")
    assert Counter(record.label for _, record in found) == Reader.published
    assert Counter(record.speaker for _, record in found) == {f"{actor:02d}": 78 for actor in range(1, 13)}
    for row, record in found:
        assert record.label == words[row["label"]]
        folder = {"Fort": "high", "Faible": "low"}.get(Path(row["path"]).parent.name)
        assert record.attributes.get("intensity") == folder
