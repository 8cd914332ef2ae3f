from __future__ import annotations

from pathlib import Path

import numpy as np
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
    assert angry.raters == ("w1", "w2", "w3")
    assert angry.attributes == {"part": "crowd", "acted": "angry"}
    assert (tie.label, tie.votes, tie.raters) == (None, ("sad",), ("w1",))
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


def test_the_part_of_podcasts_has_its_own_tables_and_published_spectrograms(folder: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"has no raw_podcast_train\.tsv"):
        open_corpus("dusha:part=podcast", folder).read()
    write_text("podcast_train/raw_podcast_train.tsv", HEADER + "dd04\t3.0\tneutral\t\tw1\t\t\tp1\n")
    (folder / "features").mkdir()
    spectrogram = np.arange(64 * 5, dtype=np.float32).reshape(1, 64, 5)
    np.save(folder / "features/dd04.npy", spectrogram)
    (talk,) = open_corpus("dusha:part=podcast", folder).read()
    assert (talk.label, talk.speaker, talk.audio, talk.attributes) == ("neutral", "p1", None, {"part": "podcast"})
    np.testing.assert_array_equal(talk.arrays["log_mel"], spectrogram[0].T)
    assert [record.id for record in open_corpus("dusha:part=both", folder).read()] == ["aa01", "bb02", "cc03", "dd04"]
    (folder / "features/dd04.npy").write_bytes(b"something else")
    with pytest.raises(Ai4erError, match="no spectrogram"):
        open_corpus("dusha:part=podcast", folder).read()[0].arrays["log_mel"]


def test_annotators_are_weighed_over_both_parts_and_what_is_not_sure_has_no_label(folder: Path, write_text) -> None:
    """Two annotators agree on 60 recordings and one takes angry for sad and sad for angry; he alone heard the last."""
    classes = ("angry", "sad", "neutral")
    inverted = {"angry": "sad", "sad": "angry", "neutral": "neutral"}
    rows = [f"x{i}\t1\t{classes[i % 3]}\t\t{w}\t\t\ts\n" for i in range(60) for w in ("w1", "w2")]
    rows += [f"x{i}\t1\t{inverted[classes[i % 3]]}\t\tw9\t\t\ts\n" for i in range(60)]
    golden = "gold\t1\tsad\tsad\tw1\t\t\ts\n"
    write_text("crowd_test/raw_crowd_test.tsv", HEADER + "cc03\t1\tother\t\tw1\t\t\ts\n" + golden)
    write_text("crowd_train/raw_crowd_train.tsv", HEADER + "".join(rows))
    write_text("podcast_test/raw_podcast_test.tsv", HEADER + "dd04\t1\tsad\t\tw9\t\t\tp\n")
    found = {record.id: record for record in open_corpus("dusha:part=both,labels=dawid_skene", folder).read()}
    assert [found[f"x{i}"].label for i in range(3)] == list(classes)
    assert found["dd04"].label == "angry" and found["dd04"].votes == ("sad",)
    assert found["cc03"].label is None and found["gold"].label is None
    assert float(found["x0"].attributes["confidence"]) > 0.9
    assert open_corpus("dusha:part=podcast", folder).read()[0].label == "sad"
    unsure = open_corpus("dusha:labels=dawid_skene,confidence=1.1", folder).read()
    assert {record.label for record in unsure} == {None}


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has no raw_crowd_train\.tsv"):
        open_corpus("dusha", tmp_path).read()
