from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

HEADER = "Utterance,Speaker,Emotion,Scene_ID,Utterance_ID,Season,Episode,Start_Time,End_Time\n"
TIMES = "00:00:03.795,00:00:05.004"
TRAIN = (
    f"Coffee.,['Rachel Green'],Neutral,1,1,1,15,{TIMES}\n"
    f"\"Oh, no!\",\"['Ross Geller', 'Monica Geller']\",Scared,1,3,1,15,{TIMES}\n"
    f"Yes.,['Joey Tribbiani'],Peaceful,2,1,1,15,{TIMES}\n"
)
DEV = f"Hi.,['Rachel Green'],Joyful,1,1,1,16,{TIMES}\n"
TEST = f"Bye.,['Rachel Green'],Sad,1,1,2,15,{TIMES}\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("emorynlp_train_final.csv.gz", HEADER + TRAIN)
    write_text("emorynlp_dev_final.csv", HEADER + DEV)
    write_text("emorynlp_test_final.csv", HEADER + TEST)
    return tmp_path


def test_a_dialogue_is_a_scene_of_an_episode(folder: Path) -> None:
    records = open_corpus("emorynlp", folder).read()
    assert [record.dialogue for record in records] == [
        "s01e15/01", "s01e15/01", "s01e15/02", "s01e16/01", "s02e15/01",
    ]  # fmt: skip
    assert [record.turn for record in records] == [1, 3, 1, 1, 1]
    assert [record.split for record in records] == ["train", "train", "train", "dev", "test"]
    assert [record.label for record in records] == ["neutral", "scared", "peaceful", "joyful", "sad"]


def test_a_line_of_several_people_has_them_all(folder: Path) -> None:
    records = open_corpus("emorynlp", folder).read()
    assert [record.speaker for record in records[:2]] == ["Rachel Green", "Monica Geller & Ross Geller"]


def test_a_speaker_that_is_no_list_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("emorynlp_dev_final.csv", HEADER + DEV.replace("['Rachel Green']", "__import__('os')"))
    with pytest.raises(Ai4erError, match="where a list like"):
        open_corpus("emorynlp", folder).read()


def test_a_missing_split_file_is_one_clear_line(folder: Path) -> None:
    (folder / "emorynlp_dev_final.csv").unlink()
    with pytest.raises(Ai4erError, match=r"no file emorynlp_dev_final\.csv"):
        open_corpus("emorynlp", folder).read()


def test_a_turn_that_is_no_number_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("emorynlp_dev_final.csv", HEADER + DEV.replace(",1,1,1,16", ",1,x,1,16"))
    with pytest.raises(Ai4erError, match="Utterance_ID is 'x' where a whole number is expected"):
        open_corpus("emorynlp", folder).read()


def test_real_copy_equals_what_is_published(real) -> None:
    corpus = real("emorynlp")
    report = corpus.check()
    assert report.problems == []
    assert report.items == 9489
    dialogues = {(record.split, record.dialogue) for record in corpus.read()}
    assert Counter(split for split, _ in dialogues) == {"train": 659, "dev": 89, "test": 79}
