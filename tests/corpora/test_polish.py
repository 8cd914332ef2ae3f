from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.polish import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_speaker_emotion_and_word(tmp_path: Path, write_audio) -> None:
    write_audio("m3.s_trzymaj_5.wav")
    write_audio("m1.n_tak_3.wav")
    write_audio("m1.x_tak_3.wav")
    corpus = open_corpus("polish", tmp_path)
    neutral, fear = corpus.read()
    assert (neutral.label, neutral.speaker, neutral.text) == ("neutral", "m1", "tak")
    assert (fear.label, fear.speaker, fear.attributes) == ("fear", "m3", {"repetition": "5"})
    assert corpus.left_out() == ["files not named like m3.s_trzymaj_5 (1): m1.x_tak_3.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like m3\.s_trzymaj_5"):
        open_corpus("polish", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "polish")
    assert all(record.label == {"a": "anger", "n": "neutral", "s": "fear"}[row["label"]] for row, record in found)
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
