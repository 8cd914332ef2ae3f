from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.crowdflower import Reader
from ai4er.errors import Ai4erError

TABLE = '"tweet_id","sentiment","author","content"\n1956967341,"empty","xo","@t i know, i was"\n2,"Worry","ab","oh"\n'


def test_the_author_is_the_speaker(tmp_path: Path, write_text) -> None:
    write_text("text_emotion.csv", TABLE)
    first, second = open_corpus("crowdflower", tmp_path).read()
    assert (first.text, first.label, first.speaker) == ("@t i know, i was", "empty", "xo")
    assert first.attributes == {"tweet_id": "1956967341"}
    assert second.label == "worry"


def test_published_counts_are_those_of_the_whole_table() -> None:
    assert sum(Reader.published.values()) == 40000


def test_a_broken_table_and_an_unknown_class_are_one_clear_line(tmp_path: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"no file text_emotion\.csv"):
        open_corpus("crowdflower", tmp_path).read()
    write_text("text_emotion.csv", TABLE + "3,worry\n")
    with pytest.raises(Ai4erError, match="line 4 has 2 fields where 4 are expected"):
        open_corpus("crowdflower", tmp_path).read()
    write_text("text_emotion.csv", TABLE.replace("Worry", "worri"))
    with pytest.raises(Ai4erError, match="did you mean 'worry'"):
        open_corpus("crowdflower", tmp_path).read()
