from __future__ import annotations

import json
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.emotionlines import _PUBLISHED
from ai4er.errors import Ai4erError
from ai4er.labels import label_space


def said(emotion: str, annotation: str, speaker: str = "Chandler") -> dict[str, str]:
    return {"speaker": speaker, "utterance": "My duties?", "emotion": emotion, "annotation": annotation}


DIALOGUES = [[said("surprise", "2000030"), said("non-neutral", "1100111", "Joey")], [said("neutral", "5000000")]]


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    for split in ("train", "dev", "test"):
        write_text(f"Friends/friends_{split}.json", json.dumps(DIALOGUES if split == "train" else DIALOGUES[1:]))
    write_text("EmotionPush/emotionpush.json.gz", json.dumps(DIALOGUES[:1]))
    return tmp_path


def test_turns_have_speakers_dialogues_and_five_votes(folder: Path) -> None:
    records = open_corpus("emotionlines", folder).read()
    assert [record.id for record in records] == [
        "friends/train/0/0", "friends/train/0/1", "friends/train/1/0", "friends/dev/0/0", "friends/test/0/0",
    ]  # fmt: skip
    assert (records[1].speaker, records[1].dialogue, records[1].turn) == ("Joey", "friends/train/0", 1)
    assert records[0].votes == ("neutral", "neutral", "surprise", "surprise", "surprise")
    assert records[1].label == "non-neutral"
    target = label_space("emotionlines7_votes").target(records[0])
    assert target is not None
    assert target.tolist() == pytest.approx([0.4, 0, 0, 0, 0, 0.6, 0])


def test_the_file_of_all_dialogues_has_no_split(folder: Path) -> None:
    corpus = open_corpus("emotionlines:part=emotionpush", folder)
    assert [(record.id, record.split) for record in corpus.read()] == [("emotionpush/0/0", ""), ("emotionpush/0/1", "")]
    assert corpus.left_out() == []


def test_published_counts_are_those_of_the_paper() -> None:
    assert {part: sum(counts.values()) for part, counts in _PUBLISHED.items()} == {
        "friends": 14503, "emotionpush": 14742,
    }  # fmt: skip


def test_check_names_a_missing_part(folder: Path) -> None:
    (folder / "Friends/friends_dev.json").unlink()
    assert open_corpus("emotionlines", folder).left_out() == ["no friends_dev.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[", "not whole JSON"),
        ('{"a": 1}', "must be a list of dialogues"),
        (json.dumps([[{"speaker": "Joey"}]]), "friends/test/0/0 has no speaker, utterance, emotion or annotation"),
        (json.dumps([[said("surprised", "2000030")]]), "did you mean 'surprise'"),
        (json.dumps([[said("surprise", "203")]]), "annotation is '203' where 7 digits are expected"),
    ],
)
def test_a_damaged_file_is_one_clear_line(folder: Path, write_text, content: str, message: str) -> None:
    write_text("Friends/friends_test.json", content)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("emotionlines", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has none of friends_train\.json"):
        open_corpus("emotionlines", tmp_path).read()
