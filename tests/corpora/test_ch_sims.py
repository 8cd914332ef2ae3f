from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

TABLE = (
    "video_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode\n"
    "video_0001,0001,我不想嫁给李茶,-0.8,-0.6,-1.0,-1.0,Negative,train\n"
    "video_0001,2,好,0.0,0.0,0.2,0.0,Neutral,test\n"
)


def test_a_clip_has_the_sentiment_as_a_whole_and_by_modality(tmp_path: Path, write_text) -> None:
    write_text("meta.csv", TABLE)
    video = write_text("Raw/video_0001/0002.mp4", "")
    first, second = open_corpus("ch_sims", tmp_path).read()
    assert (first.id, first.score, first.split, first.video) == ("video_0001/0001", -0.8, "train", None)
    assert first.dimensions == {"sentiment_text": -0.6, "sentiment_audio": -1.0, "sentiment_video": -1.0}
    assert (second.id, second.video, second.attributes) == ("video_0001/0002", str(video), {"annotation": "neutral"})


def test_the_space_has_a_target(tmp_path: Path, write_text) -> None:
    write_text("meta.csv", TABLE)
    corpus = open_corpus("ch_sims", tmp_path)
    target = corpus.space.target(corpus.read()[0])
    assert target is not None
    assert target.tolist() == pytest.approx([-0.8])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.replace("-0.8", "bad"), "video_0001/0001: label is 'bad' where a number in"),
        (TABLE.replace("-0.8", "nan"), "label is 'nan' where a number in"),
        (TABLE.replace("train", "dev"), "mode is 'dev'; train, valid, test are known"),
        (TABLE.replace("label_T", "T"), "no column label_T"),
    ],
)
def test_a_damaged_table_is_one_clear_line(tmp_path: Path, write_text, table: str, message: str) -> None:
    write_text("meta.csv", table)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("ch_sims", tmp_path).read()


def test_a_missing_table_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file meta\.csv"):
        open_corpus("ch_sims", tmp_path).read()
