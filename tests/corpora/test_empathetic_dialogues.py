from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

HEADER = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags\n"
TOLD = 'hit:0_conv:1,1,sentimental,A friend_comma_ long ago.,1,I said "hello_comma_ you".,5|5|5_2|2|5,\n'
HEARD = "hit:0_conv:1,2,sentimental,A friend_comma_ long ago.,0,Really?,5|5|5_2|2|5,<HI>,a|b\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("empatheticdialogues/train.csv", HEADER + TOLD + HEARD)
    write_text("empatheticdialogues/valid.csv.gz", HEADER + TOLD.replace("hit:0", "hit:1"))
    write_text("empatheticdialogues/test.csv", HEADER + TOLD.replace("hit:0", "hit:2"))
    return tmp_path


def test_an_utterance_has_the_emotion_of_its_conversation(folder: Path) -> None:
    told, heard, *_ = records = open_corpus("empathetic_dialogues", folder).read()
    assert told.text == 'I said "hello, you".'
    assert (told.label, told.speaker, told.turn, told.dialogue) == ("sentimental", "1", 1, "hit:0_conv:1")
    assert told.attributes == {"prompt": "A friend, long ago.", "role": "speaker", "selfeval": "5|5|5_2|2|5"}
    assert (heard.attributes["role"], heard.attributes["tags"]) == ("listener", "<HI>")
    assert [record.split for record in records] == ["train", "train", "valid", "test"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (HEADER + "a,1,sad,x,1\n", r"train\.csv: line 2 has 5 fields where 8 are expected"),
        (HEADER + TOLD.replace("sentimental", "sentimentl"), "did you mean 'sentimental'"),
        (HEADER + TOLD.replace(",1,sent", ",one,sent"), "utterance_idx is 'one' where a whole number is expected"),
        (TOLD, r"train\.csv: the header must be conv_id"),
    ],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, table: str, message: str) -> None:
    write_text("empatheticdialogues/train.csv", table)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("empathetic_dialogues", folder).read()


def test_a_missing_part_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file train\.csv"):
        open_corpus("empathetic_dialogues", tmp_path).read()
