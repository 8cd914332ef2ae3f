from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

LABELS = "0.0,2.5,03bSnISJMiM,1,2.4\n2.5,4.25,03bSnISJMiM,2,-0.8\n1.0,3.0,2iD-tVS8NPw,1,0.0\n"
FOLDS = 'standard_train_fold=["2iD-tVS8NPw"]\nstandard_valid_fold=[]\nstandard_test_fold=["03bSnISJMiM"]\n'


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("Raw/Labels/OpinionLevelSentiment.csv", LABELS)
    write_text(
        "Raw/Transcript/Segmented/03bSnISJMiM.annotprocessed",
        "1_DELIM_ANYHOW IT WAS REALLY GOOD\n2_DELIM_THEY SHOULD HAVE\n",
    )
    return tmp_path


def test_a_segment_has_text_times_and_score(folder: Path, write_text) -> None:
    write_text("cmu_mosi_std_folds.py", FOLDS)
    first, second, third = open_corpus("cmu_mosi", folder).read()
    assert (first.id, first.session, first.split) == ("03bSnISJMiM_1", "03bSnISJMiM", "test")
    assert (first.text, first.score, first.start, first.end) == ("ANYHOW IT WAS REALLY GOOD", 2.4, 0.0, 2.5)
    assert (second.score, second.dimensions) == (-0.8, {"sentiment": -0.8})
    assert (third.text, third.split) == (None, "train")


def test_a_whole_recording_is_cut_and_one_of_a_segment_is_not(folder: Path, write_audio) -> None:
    whole = write_audio("Raw/Audio/WAV_16000/Full/03bSnISJMiM.wav")
    write_audio("Raw/Audio/WAV_16000/Segmented/03bSnISJMiM_2.wav")
    cut = write_audio("Raw/Audio/WAV_16000/Segmented/2iD-tVS8NPw_1.wav")
    _, second, third = open_corpus("cmu_mosi", folder).read()
    assert (second.audio, second.start, second.end) == (str(whole), 2.5, 4.25)
    assert (third.audio, third.start, third.end) == (str(cut), None, None)


def test_without_the_folds_there_is_no_split_and_check_names_segments_without_text(folder: Path) -> None:
    corpus = open_corpus("cmu_mosi", folder)
    assert {record.split for record in corpus.read()} == {""}
    assert corpus.left_out() == ["segments without a line in Transcript/Segmented (1): 2iD-tVS8NPw_1"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("0.0,2.5,03bSnISJMiM,1\n", "line 1 has 4 fields where 5 are expected"),
        ("0.0,x,03bSnISJMiM,1,2.4\n", "03bSnISJMiM_1: start, end and sentiment must be numbers"),
        ("0.0,2.5,03bSnISJMiM,1,3.4\n", "sentiment 3.4 where -3 to 3 is expected"),
    ],
)
def test_damaged_labels_are_one_clear_line(folder: Path, write_text, labels: str, message: str) -> None:
    write_text("Raw/Labels/OpinionLevelSentiment.csv", labels)
    with pytest.raises(Ai4erError, match=message):
        open_corpus("cmu_mosi", folder).read()


@pytest.mark.parametrize("folds", ["standard_train_fold=[", "standard_train_fold=open('x')", "standard_train_fold=[]"])
def test_damaged_folds_are_one_clear_line(folder: Path, write_text, folds: str) -> None:
    write_text("cmu_mosi_std_folds.py", folds)
    with pytest.raises(Ai4erError, match=r"cmu_mosi_std_folds\.py: must hold the lists standard_train_fold"):
        open_corpus("cmu_mosi", folder).read()


def test_a_folder_with_sequences_only_says_what_is_read_instead(tmp_path: Path, write_text) -> None:
    write_text("CMU_MOSI_Opinion_Labels.csd", "")
    with pytest.raises(Ai4erError, match=r"no Raw/Labels/OpinionLevelSentiment\.csv .*CMU_MOSI_Opinion_Labels\.csd"):
        open_corpus("cmu_mosi", tmp_path).read()
