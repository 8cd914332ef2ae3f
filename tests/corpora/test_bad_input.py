"""Copies of corpora as people have them: incomplete, renamed, damaged, packed, linked. One clear line each."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai4er.corpora import open_corpus
from ai4er.corpora.base import CheckReport
from ai4er.errors import Ai4erError
from ai4er.training.data import load_data

NAMES = ("03a01Fa", "03a01Nc", "03a02Wb", "08a01Fd")
MELD = ("Sr No.", "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season", "Episode")


@pytest.fixture
def emodb(tmp_path: Path) -> Path:
    """A copy with a few recordings."""
    folder = tmp_path / "emodb" / "wav"
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        soundfile.write(folder / f"{name}.wav", 0.1 * np.random.default_rng(number).standard_normal(4000), 16000)
    return folder.parent


@pytest.fixture
def meld(tmp_path: Path) -> Path:
    """The three tables with two rows each."""
    (tmp_path / "meld").mkdir()
    for split in ("train", "dev", "test"):
        with (tmp_path / "meld" / f"{split}_sent_emo.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(MELD)
            rows.writerows([n, "Hi", "Ross", "joy", "positive", 0, n, 1, 1] for n in range(2))
    return tmp_path / "meld"


def check(folder: Path) -> CheckReport:
    report = open_corpus("emodb", folder).check()
    assert not any("\n" in line for line in [*report.problems, *report.notes])
    return report


def test_missing_files_are_counted_by_class_and_speaker(emodb: Path) -> None:
    problems = check(emodb).problems
    assert "class happiness: 2 items, published 71" in problems and "2 speakers, published 10" in problems


def test_files_of_other_names_are_listed_and_of_other_kinds_ignored(emodb: Path) -> None:
    (emodb / "wav" / "interview.wav").write_bytes(b"x")
    (emodb / "wav" / "notes.txt").write_text("x")
    assert "files not named like 03a01Fa (1): wav/interview.wav" in check(emodb).problems


def test_another_sample_rate_is_told_and_read_all_the_same(emodb: Path) -> None:
    soundfile.write(emodb / "wav" / "03a01Fa.wav", 0.1 * np.random.default_rng(0).standard_normal(2000), 8000)
    (note,) = (note for note in check(emodb).notes if "sample rates" in note)
    assert note.startswith("sample rates differ (1 at 8000 Hz, 3 at 16000 Hz), such as ") and "03a01Fa.wav" in note


def test_damaged_empty_and_dangling_files_are_a_line_each_and_not_fatal(emodb: Path) -> None:
    place = emodb / "wav"
    (place / "03a01Fa.wav").write_bytes((place / "03a01Fa.wav").read_bytes()[:400])
    (place / "03a01Nc.wav").write_bytes(b"")
    (place / "09a01Fa.wav").symlink_to(place / "gone.wav")
    problems = check(emodb).problems
    for name, said in {
        "03a01Fa": "damaged or cut off", "03a01Nc": "the file is empty", "09a01Fa": "a link that leads nowhere"
    }.items():  # fmt: skip
        assert [said in line for line in problems if name in line and "/" in line] == [True]
    assert check(emodb).items == 5


def test_a_loop_of_links_is_walked_once(emodb: Path) -> None:
    (emodb / "wav" / "again").symlink_to(emodb)
    assert check(emodb).items == 4
    (emodb.parent / "self").symlink_to(emodb.parent / "self")
    with pytest.raises(Ai4erError, match="no folder"):
        open_corpus("emodb", emodb.parent / "self")


def test_a_linked_folder_inside_is_told(emodb: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "wav").symlink_to(emodb / "wav")
    with pytest.raises(Ai4erError, match=r"links to folders are not followed \(wav\): give the folder itself"):
        open_corpus("emodb", tmp_path / "here").read()
    (tmp_path / "link").symlink_to(emodb)
    assert len(open_corpus("emodb", tmp_path / "link").read()) == 4


def test_archives_are_to_be_unpacked(emodb: Path, tmp_path: Path) -> None:
    packed = tmp_path / "here" / "download.zip"
    packed.parent.mkdir()
    packed.write_bytes(b"PK")
    with pytest.raises(Ai4erError, match=r"download\.zip is a file; unpack it, and give the folder"):
        open_corpus("emodb", packed)
    with pytest.raises(Ai4erError, match=r"named like 03a01Fa .*; it holds download.zip: unpack it there$"):
        open_corpus("emodb", packed.parent).read()
    with pytest.raises(Ai4erError, match=r"no file train_sent_emo.csv .*; it holds download.zip: unpack it there$"):
        open_corpus("meld", packed.parent).read()


def test_two_corpora_under_one_root_are_told_apart(emodb: Path) -> None:
    (emodb.parent / "emovo").mkdir()
    soundfile.write(emodb.parent / "emovo" / "dis-f1-b1.wav", np.zeros(100), 16000)
    assert len(open_corpus("emodb", emodb.parent).read()) == 4
    assert len(open_corpus("emovo", emodb.parent).read()) == 1
    (emodb.parent / "emovo").rename(emodb / "emovo")
    assert "files not named like 03a01Fa (1): emovo/dis-f1-b1.wav" in check(emodb).problems


def test_a_folder_that_cannot_be_written_is_read_and_nothing_is_left_in_it(emodb: Path) -> None:
    before = sorted(emodb.rglob("*"))
    for folder in (emodb, emodb / "wav"):
        folder.chmod(0o555)
    check(emodb)
    load_data("emodb", ("single",), emodb)
    assert sorted(emodb.rglob("*")) == before


def test_unknown_labels_are_told_with_their_items_and_the_known_ones(meld: Path) -> None:
    table = meld / "dev_sent_emo.csv"
    table.write_text(table.read_text().replace(",joy,", ",blissful,", 1))
    said = r"label 'blissful' is none of meld7 \(1\): dev/dia0_utt0"
    assert "label 'blissful' is none of meld7 (1): dev/dia0_utt0" in open_corpus("meld", meld).check().problems
    with pytest.raises(Ai4erError, match=said + "; known are anger, disgust, fear, joy"):
        load_data("meld", ("single",), meld)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text + "1,2,3\n", "dev_sent_emo.csv: line 4 has 3 fields where 9 are expected"),
        (lambda text: text.replace("Emotion", "Feeling"), "dev_sent_emo.csv: no column Emotion; the header must have"),
        (lambda text: text.replace(",0,1,1,1", ",0,first,1,1"), "Utterance_ID is 'first' where a whole number"),
        (lambda text: "", "dev_sent_emo.csv: the file is empty; its header must have Utterance"),
    ],
)
def test_broken_label_files_name_file_and_line(meld: Path, change, said: str) -> None:  # type: ignore[no-untyped-def]
    table = meld / "dev_sent_emo.csv"
    table.write_text(change(table.read_text()))
    with pytest.raises(Ai4erError, match=said):
        open_corpus("meld", meld).read()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a table of text in UTF-8, but binary data"),
        ("text,label\na,joy\n".encode("utf-16"), "but binary data or UTF-16"),
        (b"", "no header"),
        (b"text,label\n", "there is no row"),
        (b"text,label\na,b,c\n", "row 1 has 3 fields where 2 are expected"),
        (b"audio,label\nnope.wav,joy\n", "row 1: no file .*nope.wav"),
        (b"id,text,label\n1,a,joy\n1,b,joy\n", "two records have the id '1'"),
    ],
)
def test_broken_tables_of_ones_own_are_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "my.csv").write_bytes(content)
    with pytest.raises(Ai4erError, match=said):
        load_data(f"manifest:file={tmp_path / 'my.csv'}", ("single",))
