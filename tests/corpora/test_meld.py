from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.protocols.base import SPEAKER_DEPENDENT, parse_protocol

HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"
TIMES = '"00:16:16,059","00:16:21,731"'
TRAIN = (
    f'1,"Well, it\x92s late.",Chandler,neutral,neutral,0,0,8,21,{TIMES}\n'
    f"2,You â€™re joking!,Joey,surprise,positive,0,2,8,21,{TIMES}\n"
    f"3,No.,Monica,anger,negative,1,0,8,21,{TIMES}\n"
)
OTHER = f"1,Hi!,Chandler,joy,positive,0,0,1,2,{TIMES}\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("data/MELD/train_sent_emo.csv", HEADER + TRAIN)
    write_text("data/MELD/dev_sent_emo.csv.gz", HEADER + OTHER)
    write_text("data/MELD/test_sent_emo.csv", HEADER + OTHER)
    return tmp_path


def test_dialogues_of_different_splits_are_different(folder: Path) -> None:
    records = open_corpus("meld", folder).read()
    assert [record.id for record in records] == [
        "train/dia0_utt0", "train/dia0_utt2", "train/dia1_utt0", "dev/dia0_utt0", "test/dia0_utt0",
    ]  # fmt: skip
    assert [record.dialogue for record in records] == ["train/0", "train/0", "train/1", "dev/0", "test/0"]
    assert [record.turn for record in records] == [0, 2, 0, 0, 0]
    assert [record.split for record in records] == ["train", "train", "train", "dev", "test"]


def test_wrongly_decoded_apostrophes_are_repaired(folder: Path) -> None:
    texts = [record.text for record in open_corpus("meld", folder).read()]
    assert texts[:2] == ["Well, it’s late.", "You ’re joking!"]


def test_target_chooses_emotion_or_sentiment(folder: Path) -> None:
    emotion, sentiment = open_corpus("meld", folder), open_corpus("meld:target=sentiment", folder)
    assert [record.label for record in emotion.read()] == ["neutral", "surprise", "anger", "joy", "joy"]
    assert [record.label for record in sentiment.read()] == ["neutral", "positive", "negative", "positive", "positive"]
    assert [record.attributes["sentiment"] for record in emotion.read()] == [r.label for r in sentiment.read()]
    assert (emotion.space, sentiment.space) == (label_space("meld7"), label_space("meld3"))


def test_official_split_shares_characters_and_is_marked(folder: Path) -> None:
    corpus = open_corpus("meld", folder)
    (fold,) = parse_protocol("official").folds(corpus.read(), corpus.space, seed=0)
    assert fold.mark == SPEAKER_DEPENDENT


def test_videos_of_the_raw_archive_are_found(folder: Path, write_text) -> None:
    write_text("MELD.Raw/train/train_splits/dia0_utt2.mp4", "")
    write_text("MELD.Raw/test/output_repeated_splits_test/dia0_utt0.mp4", "")
    videos = {record.id: record.video for record in open_corpus("meld", folder).read() if record.video}
    assert list(videos) == ["train/dia0_utt2", "test/dia0_utt0"]
    assert all(video.startswith(str(folder)) for video in videos.values())


def test_a_missing_split_file_is_one_clear_line(folder: Path) -> None:
    (folder / "data/MELD/test_sent_emo.csv").unlink()
    with pytest.raises(Ai4erError, match=r"no file test_sent_emo\.csv \(plain or \.gz\)"):
        open_corpus("meld", folder).read()


def test_a_table_that_breaks_off_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("data/MELD/train_sent_emo.csv", (HEADER + TRAIN)[:-60])
    with pytest.raises(Ai4erError, match=r"train_sent_emo\.csv: line 4 has \d+ fields where 11 are expected"):
        open_corpus("meld", folder).read()


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file train_sent_emo\.csv"):
        open_corpus("meld", tmp_path).read()


@pytest.mark.parametrize("spec", ["meld", "meld:target=sentiment"])
def test_real_copy_equals_what_is_published(real, spec: str) -> None:
    corpus = real(spec)
    report = corpus.check()
    assert report.problems == []
    assert report.items == 13708
    records = corpus.read()
    dialogues = {(record.split, record.dialogue) for record in records}
    assert Counter(split for split, _ in dialogues) == {"train": 1038, "dev": 114, "test": 280}
    assert not any("\x80" <= letter <= "\x9f" for record in records for letter in record.text or "")
