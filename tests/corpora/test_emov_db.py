from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.emov_db import Reader
from ai4er.errors import Ai4erError

ARCTIC = '( arctic_a0007 "For the twentieth time that evening the two men shook hands." )\n( arctic_b0007 "No." )\n'


def test_file_names_give_speaker_style_and_sentence(tmp_path: Path, write_audio, write_text) -> None:
    for name in ("sam_Amused/amused_1-28_0007", "bea_Angry/anger_1-28_0008", "josh_Sleepy/sleepiness_141_168_0154"):
        write_audio(f"{name}.wav")
    write_text("cmuarctic.data", ARCTIC)
    angry, sleepy, amused = open_corpus("emov_db", tmp_path).read()
    assert (angry.label, sleepy.label, amused.label) == ("angry", "sleepy", "amused")
    assert (angry.speaker, sleepy.speaker, amused.speaker) == ("bea", "josh", "sam")
    assert amused.text == "For the twentieth time that evening the two men shook hands."
    assert angry.text is None
    assert angry.attributes == {"gender": "female", "text_id": "0008"}


def test_the_sorted_release_gives_the_same_names(tmp_path: Path, write_audio) -> None:
    write_audio("EmoV-DB_sorted/sam/Disgusted/disgust_1-28_0007.wav")
    (record,) = open_corpus("emov_db", tmp_path).read()
    assert (record.id, record.label, record.speaker) == ("sam/disgust_1-28_0007", "disgust", "sam")


def test_files_without_a_speaker_or_style_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("sam_Amused/amused_1-28_0007.wav")
    write_audio("amused_1-28_0008.wav")
    write_audio("sam_Amused/happy_1-28_0007.wav")
    corpus = open_corpus("emov_db", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == [
        "files not named like sam/amused_367-392_0384 (2): amused_1-28_0008.wav, sam_Amused/happy_1-28_0007.wav"
    ]


def test_a_list_of_sentences_in_another_form_is_one_clear_line(tmp_path: Path, write_audio, write_text) -> None:
    write_audio("sam_Amused/amused_1-28_0007.wav")
    write_text("cmuarctic.data", "0007\tFor the twentieth time\n")
    with pytest.raises(Ai4erError, match=r"cmuarctic\.data: no line is like"):
        open_corpus("emov_db", tmp_path).read()


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like sam/amused_367-392_0384"):
        open_corpus("emov_db", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "emovdb")
    counts = Counter(record.label for _, record in found)
    assert sum(counts.values()) == 6887
    assert sum(Reader.published.values()) == 7000
    assert all(counts[label] <= number for label, number in Reader.published.items())
    for row, record in found:
        assert record.label == row["label"].lower()
        assert record.speaker == Path(row["path"]).parts[1].split("_")[0]
        assert record.attributes["text_id"] == row["key"][-4:]
