from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.m3ed import NAME
from ai4er.errors import Ai4erError
from ai4er.labels import label_space


def said(speaker: str, text: str, main: str, every: str, *annotators: str) -> dict[str, Any]:
    emotions = {f"EmoAnnotator{number}": given for number, given in enumerate(annotators, start=1)}
    return {
        "StartTime": "00:01:02", "EndTime": "00:01:04", "Text": text, "Speaker": speaker,
        "EmoAnnotation": {**emotions, "final_mul_emo": every, "final_main_emo": main},
    }  # fmt: skip


TREE: dict[str, Any] = {
    "huanlesong": {
        "huanlesong_17": {
            "SpeakerInfo": {"A": {"Name": "andi", "Gender": "Female", "Age": "30"}, "B": {}},
            "Dialog": {
                "huanlesong_17_1": said("A", "你好", "Happy", "Happy,Surprise", "Happy", "Happy,Surprise", "Neutral"),
                "huanlesong_17_2": said("B", "再见", "Neutral", "Neutral", "Neutral", "Neutral", "Sad"),
            },
        }
    }
}


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("annotation.json", json.dumps(TREE))
    write_text("splitInfo/movie_list_test.txt", "xiaohuanxi\nhuanlesong")
    write_audio("modality_speech/A_huanlesong_17_1.wav")
    write_audio("modality_speech/B_huanlesong_17_2.wav")
    return tmp_path


def test_the_annotation_gives_dialogue_turn_speaker_and_emotions(folder: Path) -> None:
    first, second = open_corpus("m3ed", folder).read()
    assert (first.label, first.labels, first.text) == ("happy", ("happy", "surprise"), "你好")
    assert first.votes == ("happy", "happy", "surprise", "neutral")
    assert (first.dialogue, first.turn, second.turn, first.split) == ("huanlesong_17", 0, 1, "test")
    assert (first.speaker, second.speaker) == ("huanlesong/andi", "huanlesong/huanlesong_17/B")
    assert first.attributes == {
        "series": "huanlesong", "gender": "Female", "age": "30", "start_time": "00:01:02", "end_time": "00:01:04",
    }  # fmt: skip
    assert second.audio == str(folder / "modality_speech/B_huanlesong_17_2.wav")


def test_check_names_utterances_without_recording(folder: Path) -> None:
    (folder / "modality_speech/B_huanlesong_17_2.wav").unlink()
    assert open_corpus("m3ed", folder).left_out() == ["records without a recording (1): B_huanlesong_17_2"]


def test_an_unknown_emotion_or_another_tree_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("annotation.json", json.dumps(TREE).replace('"Sad"', '"Bored"'))
    with pytest.raises(Ai4erError, match=r"annotation\.json: huanlesong_17_2 has the emotion 'bored'; known are anger"):
        open_corpus("m3ed", folder).read()
    other = copy.deepcopy(TREE)
    del other["huanlesong"]["huanlesong_17"]["Dialog"]
    write_text("annotation.json", json.dumps(other))
    with pytest.raises(Ai4erError, match=r"annotation\.json: not the annotation of M3ED: 'Dialog' is missing"):
        open_corpus("m3ed", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file annotation\.json or M3ED_annotation\.json"):
        open_corpus("m3ed", tmp_path).read()


def test_every_official_path_is_understood(layout) -> None:
    rows = layout("m3ed")
    for row in rows:
        path = Path(row["path"])
        assert path.parts[1] == "modality_speech"
        name = NAME.fullmatch(path.stem)
        assert name
        assert row["key"] == f"m3ed-{name['utterance']}"
    assert {row["label"].lower() for row in rows} == set(label_space("m3ed7").names)
