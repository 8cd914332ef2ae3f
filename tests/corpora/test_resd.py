from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.resd import Reader
from ai4er.errors import Ai4erError


def test_both_styles_of_names_give_split_dialogue_and_emotion(tmp_path: Path, write_audio) -> None:
    write_audio("test/08_sadness_anger/08_sadness_anger a_010.wav")
    write_audio("train/neutral_fear_27/27_neutral_fear_n_100.wav")
    anger, neutral = open_corpus("resd", tmp_path).read()
    assert (anger.label, anger.split, anger.dialogue) == ("anger", "test", "08")
    assert (neutral.label, neutral.split, neutral.dialogue) == ("neutral", "train", "27")
    assert neutral.attributes == {"number": "100", "emotions": "neutral_fear"}
    assert neutral.speaker == ""


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like train/neutral_fear_27/27_neutral_fear_n_100"):
        open_corpus("resd", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "resd")
    assert all(record.label == row["label"] for row, record in found)
    for split, counts in Reader.published_splits.items():
        assert Counter(record.label for _, record in found if record.split == split) == counts
