from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

HEADER = "hash_id\tduration\tannotator_emo\tgolden_emo\tannotator_id\tspeaker_text\tspeaker_emo\tsource_id\n"
TRAIN = HEADER + (
    "aa01\t2.1\tangry\t\tw1\tпривет\tangry\ts1\n"
    "bb02\t1.9\tsad\t\tw1\tда\tsad\ts2\n"
    "aa01\t2.1\tneutral\t\tw2\tпривет\tangry\ts1\n"
    "aa01\t2.1\tangry\t\tw3\tпривет\tangry\ts1\n"
    "bb02\t1.9\tother\t\tw2\tда\tsad\ts2\n"
)
TEST = HEADER + "cc03\t1.0\tother\t\tw1\tнет\t\ts3\n"


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("crowd_train/raw_crowd_train.tsv", TRAIN)
    write_text("crowd_test/raw_crowd_test.tsv", TEST)
    for name in ("crowd_train/wavs/aa01", "crowd_train/wavs/bb02", "crowd_test/wavs/cc03"):
        write_audio(f"{name}.wav")
    return tmp_path


def test_rows_are_votes_and_the_most_frequent_one_is_the_label(folder: Path) -> None:
    angry, tie, other = open_corpus("dusha", folder).read()
    assert (angry.label, angry.votes) == ("angry", ("angry", "neutral", "angry"))
    assert (angry.speaker, angry.split, angry.text) == ("s1", "train", "привет")
    assert angry.attributes == {"acted": "angry", "raters": "w1,w2,w3"}
    assert (tie.label, tie.votes) == (None, ("sad",))
    assert (other.label, other.votes, other.split) == (None, (), "test")
    assert other.audio == str(folder / "crowd_test/wavs/cc03.wav")
    assert open_corpus("dusha", folder).left_out() == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("\tsource_id", "\tspeaker", "no column source_id"), ("\tneutral\t", "\tbored\t", "aa01 has the vote 'bored'")],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, old: str, new: str, message: str) -> None:
    write_text("crowd_train/raw_crowd_train.tsv", TRAIN.replace(old, new, 1))
    with pytest.raises(Ai4erError, match=rf"raw_crowd_train\.tsv: .*{message}"):
        open_corpus("dusha", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has no raw_crowd_train\.tsv"):
        open_corpus("dusha", tmp_path).read()
