from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.enterface import Reader
from ai4er.errors import Ai4erError


def test_folders_give_subject_emotion_and_sentence(tmp_path: Path, write_text) -> None:
    for name in (
        "subject 14/anger/sentence 3/s14_an_3", "subject 3/surprise/sentence 2/s_3_su_2", "subject 6/fear/s6_fe",
        "subject 16/surprise/sentence 3/s16_su_3avi", "subject 11/disgust/sentence 5/s12_di_5",
    ):  # fmt: skip
        write_text(f"enterface database/{name}.avi", name)
    records = {record.speaker: record for record in open_corpus("enterface", tmp_path).read()}
    assert {speaker: record.label for speaker, record in records.items()} == {
        "14": "anger", "3": "surprise", "6": "fear", "16": "surprise", "11": "disgust",
    }  # fmt: skip
    angry = records["14"]
    assert (angry.id, angry.text) == ("subject 14/anger/sentence 3/s14_an_3", "I can have you fired you know!")
    assert (angry.audio, Path(angry.video or "").name) == (None, "s14_an_3.avi")
    assert angry.attributes == {"text_id": "anger3", "segmented": "yes"}
    assert (records["6"].text, records["6"].attributes) == (None, {"segmented": "no"})


def test_files_with_other_names_are_reported(tmp_path: Path, write_text) -> None:
    write_text("subject 14/anger/sentence 3/s14_an_3.avi", "")
    write_text("subject 14/anger/sentence 6/s14_an_6.avi", "")
    write_text("demo.avi", "")
    corpus = open_corpus("enterface", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == [
        "files not named like subject 14/anger/sentence 3/s14_an_3 (2): "
        "demo.avi, subject 14/anger/sentence 6/s14_an_6.avi"
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like subject 14/anger.* \(with one of \.avi\)"):
        open_corpus("enterface", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "enterface")
    assert Counter(record.label for _, record in found) == {
        "anger": 211, "disgust": 211, "fear": 211, "happiness": 208, "sadness": 211, "surprise": 211,
    }  # fmt: skip
    assert len({record.speaker for _, record in found}) == 43
    for row, record in found:
        assert record.label.startswith(row["label"])
        assert f"subject {record.speaker}" == Path(row["path"]).parts[1]
        assert (record.text is None) == (record.speaker == "6")
