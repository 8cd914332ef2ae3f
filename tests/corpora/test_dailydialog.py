from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.protocols.base import audit, parse_protocol


def turns(*said: tuple[str, str]) -> list[dict[str, str]]:
    """A dialogue of `*_data.json`: text and label, A and B in turn."""
    return [{"text": text, "label": label, "speaker": "AB"[i % 2]} for i, (text, label) in enumerate(said)]


def chosen(*said: tuple[str, str], causes: dict[int, list[Any]] | None = None) -> list[list[dict[str, Any]]]:
    """A dialogue of RECCON; `causes` are those of the turns counted from 1."""
    return [
        [
            {"turn": number, "speaker": "BA"[number % 2], "utterance": text, "emotion": emotion}
            | ({"expanded emotion cause evidence": causes[number]} if causes and number in causes else {})
            for number, (text, emotion) in enumerate(said, start=1)
        ]
    ]


DEV = [turns(("Good morning . ", "none"), (" You won ! ", "happiness"), (" Really ? ", "surprise"))]
TEST = [
    turns(("Where is it ? ", "none"), (" I lost it . ", "sadness")),
    turns(("Stop ! ", "anger"), (" No . ", "none")),
]
RECCON = {
    "tr_7": chosen(
        ("It is my birthday .", "happy"), ("Many happy returns !", "happines"), causes={1: [1], 2: [1, "b"]}
    ),
    "tr_8": chosen(("where is it?", "neutral"), ("I lost it.", "sad")),
    "tr_9": chosen(("Stop ! No .", "angry")),
    "tr_10": chosen(("Stop !", "excited"), ("Yes .", "surprised")),
}


@pytest.fixture
def reccon(tmp_path: Path, write_text) -> Path:
    write_text("dev_data.json.gz", json.dumps(DEV))
    write_text("test_data.json", json.dumps(TEST))
    write_text("reccon_dailydialog_train.json", json.dumps(RECCON))
    return tmp_path


@pytest.fixture
def owners(tmp_path: Path, write_text) -> Path:
    texts = {
        "train": "Hi . __eou__ Hello ! __eou__ Bye . __eou__\nStop ! __eou__ No . __eou__\n",
        "validation": "Good morning . __eou__\n",
        "test": "Stop ! __eou__ No . __eou__\n",
    }
    numbers = {"train": "0 4 0 \n1 0 \n", "validation": "6 \n", "test": "2 3 \n"}
    for split, text in texts.items():
        write_text(f"ijcnlp_dailydialog/{split}/dialogues_{split}.txt", text)
        write_text(f"ijcnlp_dailydialog/{split}/dialogues_emotion_{split}.txt", numbers[split])
    return tmp_path


def test_owners_layout(owners: Path) -> None:
    records = open_corpus("dailydialog", owners).read()
    assert [record.id for record in records] == [
        "train/0/0", "train/0/1", "train/0/2", "train/1/0", "train/1/1", "dev/0/0", "test/0/0", "test/0/1",
    ]  # fmt: skip
    assert [record.label for record in records] == [
        "neutral", "happiness", "neutral", "anger", "neutral", "surprise", "disgust", "fear",
    ]  # fmt: skip
    assert [record.text for record in records[:3]] == ["Hi .", "Hello !", "Bye ."]
    assert [record.speaker for record in records[:3]] == ["train/0/A", "train/0/B", "train/0/A"]
    assert [record.turn for record in records[:3]] == [0, 1, 2]


def test_a_dialogue_that_repeats_in_test_is_kept_out_of_training_by_the_protocol(owners: Path) -> None:
    corpus = open_corpus("dailydialog", owners)
    records, protocol = corpus.read(), parse_protocol("official")
    (fold,) = protocol.folds(records, corpus.space, seed=0)
    assert {records[int(i)].dialogue for i in fold.role("train")} == {"train/0"}
    audit(fold, records, protocol)


def test_owners_turns_and_emotions_must_agree(owners: Path, write_text) -> None:
    write_text("ijcnlp_dailydialog/test/dialogues_emotion_test.txt", "2 \n")
    with pytest.raises(Ai4erError, match="line 1 has 2 turns and 1 emotions"):
        open_corpus("dailydialog", owners).read()
    write_text("ijcnlp_dailydialog/test/dialogues_emotion_test.txt", "2 3\n1\n")
    with pytest.raises(Ai4erError, match=r"has 1 dialogues and dialogues_emotion_test\.txt 2"):
        open_corpus("dailydialog", owners).read()


def test_reccon_dialogues_that_stand_in_dev_or_test_are_dropped_however_they_are_cut(reccon: Path) -> None:
    records = open_corpus("dailydialog", reccon).read()
    assert {record.dialogue for record in records if record.split == "train"} == {"train/tr_7", "train/tr_10"}


def test_spellings_are_normalised(reccon: Path) -> None:
    records = open_corpus("dailydialog", reccon).read()
    assert {record.id: record.label for record in records} == {
        "train/tr_7/0": "happiness", "train/tr_7/1": "happiness", "train/tr_10/0": "happiness",
        "train/tr_10/1": "surprise", "dev/0/0": "neutral", "dev/0/1": "happiness", "dev/0/2": "surprise",
        "test/0/0": "neutral", "test/0/1": "sadness", "test/1/0": "anger", "test/1/1": "neutral",
    }  # fmt: skip
    assert records[0].text == "It is my birthday ."


def test_emotion_causes_are_attributes(reccon: Path) -> None:
    records = {record.id: record for record in open_corpus("dailydialog", reccon).read()}
    assert records["train/tr_7/0"].attributes == {"causes": "1"}
    assert records["train/tr_7/1"].attributes == {"causes": "1,b"}
    assert records["test/0/1"].attributes == {}


def test_check_says_that_reccon_stands_in_and_what_was_dropped(reccon: Path) -> None:
    report = open_corpus("dailydialog", reccon).check()
    assert "train: RECCON's choice of 2 dialogues, not the official part" in report.notes
    assert "train: 2 dialogues that stand in dev or test are dropped" in report.notes
    assert not any(problem.startswith("train") for problem in report.problems)


def test_the_owners_part_comes_before_reccon(reccon: Path, write_text) -> None:
    write_text("dialogues_train.txt", "Hi . __eou__\n")
    write_text("dialogues_emotion_train.txt", "0\n")
    texts = [record.text for record in open_corpus("dailydialog", reccon).read() if record.split == "train"]
    assert texts == ["Hi ."]


def test_an_unknown_emotion_is_one_clear_line(reccon: Path, write_text) -> None:
    write_text("test_data.json", json.dumps([turns(("Hm .", "boredom"))]))
    with pytest.raises(Ai4erError, match="unknown emotion 'boredom'"):
        open_corpus("dailydialog", reccon).read()


def test_a_file_that_breaks_off_is_one_clear_line(reccon: Path, write_text) -> None:
    write_text("test_data.json", json.dumps(TEST)[:-9])
    with pytest.raises(Ai4erError, match=r"test_data\.json: not whole JSON"):
        open_corpus("dailydialog", reccon).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"dialogues_train\.txt, train_data\.json, dailydialog_train\.json"):
        open_corpus("dailydialog", tmp_path).read()


def test_real_copy_equals_what_is_published(real) -> None:
    corpus = real("dailydialog")
    report = corpus.check()
    assert report.problems == []
    records = corpus.read()
    dialogues = {(record.split, record.dialogue) for record in records}
    assert Counter(split for split, _ in dialogues) == {"train": 804, "dev": 1000, "test": 1000}
    assert Counter(record.split for record in records)["dev"] == 8069
    assert Counter(record.split for record in records)["test"] == 7740


def test_every_listed_overlap_is_dropped_and_one_that_is_cut_otherwise(real) -> None:
    corpus = real("dailydialog")
    with (corpus.root / "overlap.csv").open(encoding="utf-8", newline="") as file:
        overlap = {row["dialogue"] for row in csv.DictReader(file) if row["file"] == "reccon_dailydialog_train"}
    assert len(overlap) == 29
    kept = {record.dialogue.removeprefix("train/") for record in corpus.read() if record.split == "train"}
    whole = set(corpus._reccon("train").dialogues)
    assert len(whole) == 834
    assert whole - kept == overlap | {"tr_864"}
